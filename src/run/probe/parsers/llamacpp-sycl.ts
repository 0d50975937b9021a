import { sharesHostMemory } from "../../../facts/hardware/index.ts";
import { present, wholeNumber } from "./cells.ts";
import type { EngineDevice } from "./engine-device.ts";
import { isSoftwareName } from "./seen.ts";

interface SyclDevice {
  readonly index: number;
  readonly name: string;
  readonly totalBytes: number;
  /** "level_zero:gpu" in tables; older lists do not say */
  readonly kind?: string;
}

/**
 * ggml's lists of SYCL devices: a table with a wrapped header, sizes in M of 10^6 bytes, or the older "Device n:" lines in
 * bytes. Processors and emulators are left out, and a card that two APIs list is kept once.
 */
export function readSyclDevices(text: string): EngineDevice[] {
  const all = [...tableRows(text), ...oldRows(text)].filter(
    ({ kind = "gpu", name }) => kind.includes("gpu") && !isSoftwareName(name),
  );
  const cards = all.filter(({ name }) => !/\bCPU\b|Core\(TM\)|Xeon|Ryzen|EPYC/i.test(name));
  const named = cards.some((card) => card.kind?.includes("level_zero") === true);
  const seen = new Set<string>();
  return cards
    .filter((card) => !named || card.kind?.includes("level_zero") === true)
    .filter((card) => {
      // Without the API's name, two equal entries are taken for one card: too little memory is the safer mistake.
      const key = card.kind === undefined ? `${card.name} ${card.totalBytes}` : String(card.index);
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    })
    .map(({ index, name, totalBytes }) =>
      present<EngineDevice>({
        id: `SYCL${index}`,
        name,
        backend: "sycl",
        totalBytes,
        memoryKind: sharesHostMemory({ name }) ? "unified" : "discrete",
      }),
    );
}

/** "| 0| [level_zero:gpu:0]| Intel Arc A770 Graphics| 12.55| 512| 1024| 32| 16225M| ..." */
function tableRows(text: string): SyclDevice[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const cells = line.split("|").map((cell) => cell.trim());
    const index = wholeNumber(cells[1]);
    const kind = /^\[(\w+:\w+):\d+\]$/.exec(cells[2] ?? "")?.[1];
    const size = wholeNumber(/^(\d+)M$/.exec(cells[8] ?? "")?.[1]);
    if (index === undefined || kind === undefined || size === undefined || !Number.isSafeInteger(size * 1e6)) return [];
    return [{ index, name: cells[3] ?? "", totalBytes: size * 1e6, kind }];
  });
}

/** "  Device 0: NAME,\tcompute capability 1.3," and, on the next line, "global mem size 16225243136" */
function oldRows(text: string): SyclDevice[] {
  const pattern = /^[ \t]+Device (\d{1,3}): (.+?),[ \t]+compute capability [^\n]*\n[^\n]*global mem size (\d+)/gm;
  return [...text.matchAll(pattern)].flatMap(([, index, name, size]) => {
    const totalBytes = wholeNumber(size);
    return totalBytes === undefined ? [] : [{ index: Number(index), name: name!, totalBytes }];
  });
}
