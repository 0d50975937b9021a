import { known, present, sizeBytes, wholeNumber } from "./cells.ts";
import { nvidiaGpu, type NvidiaWords } from "./nvidia.ts";
import type { SeenGpu, SeenPart, SeenProcess } from "./seen.ts";

/** What the table of a bare `nvidia-smi` holds. */
export interface NvidiaTable {
  readonly gpus: SeenGpu[];
  readonly processes: SeenProcess[];
  /** the driver's version, which under WSL is not the tool's */
  readonly driver?: string;
  readonly cuda?: string;
}

/** "NVIDIA-SMI 610.57.04   KMD Version: 610.57.04   CUDA UMD Version: 13.3"; before 610 "Driver" and "CUDA Version". */
const HEADER = /NVIDIA-SMI\s+\S+\s+(?:Driver|KMD) Version:\s*(\S+)(?:\s+CUDA (?:UMD )?Version:\s*(\S+))?/;
const CARD =
  /^\|\s+(\d{1,4})\s+(.+?)\s+(?:On|Off|WDDM|TCC|MCDM|N\/A)\s*\|\s*([0-9A-F]{4,8}:[0-9A-F]{2}:[0-9A-F]{2}\.\d)\s/i;
const USAGE = /(\d+)\s*MiB\s*\/\s*(\d+)\s*MiB/;
const PART = /^\|\s+(\d{1,4})\s+(\d{1,4})\s+(\d{1,4})\s+(\d{1,4})\s+\|\s*(\d+)\s*MiB\s*\/\s*(\d+)\s*MiB/;
const PROCESS =
  /^\|\s+(\d{1,4})\s+(?:(?:N\/A|\d+)\s+(?:N\/A|\d+)\s+)?(\d+)\s+([A-Z]+(?:\+[A-Z]+)?)\s+(.*?)\s+(\d+\s*MiB|N\/A)\s*\|/;

/**
 * The last resort: a table for people, whose widths and words change with the driver. Cards take three lines: identity,
 * memory, MIG mode. A name that does not fit ends in "..." and is kept so.
 */
export function readNvidiaTable(text: string): NvidiaTable {
  const header = HEADER.exec(text);
  const cards: { words: NvidiaWords; parts: SeenPart[] }[] = [];
  const processes: SeenProcess[] = [];
  let lineOfCard = 0;
  for (const line of text.split(/\r?\n/)) {
    const card = CARD.exec(line);
    const part = PART.exec(line);
    const process = PROCESS.exec(line);
    if (card !== null) {
      const words: NvidiaWords = { index: wholeNumber(card[1]), name: card[2], busId: card[3], driver: header?.[1] };
      cards.push({ words, parts: [] });
      lineOfCard = 1;
    } else if (part !== null) {
      const owner = cards.find(({ words }) => words.index === Number(part[1]));
      owner?.parts.push(readPart(part));
      lineOfCard = 0;
    } else if (lineOfCard > 0 && line.startsWith("|")) {
      const last = cards.at(-1)!;
      const cells = line.split("|").map((cell) => cell.trim());
      if (lineOfCard === 1) last.words = { ...last.words, ...readUsage(cells) };
      else if (lineOfCard === 2) last.words = { ...last.words, migMode: cells[3] };
      lineOfCard++;
    } else {
      lineOfCard = 0;
      const pid = wholeNumber(process?.[2]);
      if (process !== null && pid !== undefined) {
        const gpu = wholeNumber(process[1]);
        processes.push(present<SeenProcess>({ pid, name: known(process[4]), bytes: sizeBytes(process[5]), gpu }));
      }
    }
  }
  return present<NvidiaTable>({
    gpus: cards.map(({ words, parts }) => nvidiaGpu({ ...words, parts })),
    processes,
    driver: known(header?.[1]),
    cuda: known(header?.[2]),
  });
}

/** "| 31%   57C    P2   312W /  450W |   14791MiB /  24564MiB |  91% Default |" */
function readUsage(cells: readonly string[]): NvidiaWords {
  const memory = cells[2] ?? "";
  const usage = USAGE.exec(memory);
  const powerLimit = /\/\s*(\d+)W\s*$/.exec(cells[1] ?? "")?.[1];
  return usage === null ? { total: memory, powerLimit } : { used: usage[1], total: usage[2], powerLimit };
}

function readPart([, , instance, , index, used, total]: RegExpExecArray): SeenPart {
  return present<SeenPart>({
    index: wholeNumber(index),
    instance: wholeNumber(instance),
    usedBytes: sizeBytes(used, "mib"),
    totalBytes: sizeBytes(total, "mib"),
    freeBytes: undefined,
    name: undefined,
    uuid: undefined,
  });
}
