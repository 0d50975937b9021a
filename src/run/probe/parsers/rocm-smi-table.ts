import { present, wholeNumber } from "./cells.ts";
import type { SeenGpu } from "./seen.ts";

/**
 * The table of a bare `rocm-smi`, in the layouts with "[Model : Revision]" (name on a second line) and with "Node/IDs". It
 * has no sizes, only the used share, so memory stays unknown.
 */
export function readRocmSmiTable(text: string): SeenGpu[] {
  const cards: SeenGpu[] = [];
  for (const line of text.split(/\r?\n/)) {
    const row = /^(\d{1,4})\s+(?:\d+\s+)?\[?(0x[0-9a-f]{1,8})\b.*\s(\d{1,3})%\s+\d{1,3}%\s*$/i.exec(line);
    if (row !== null) {
      const [, index, device, used] = row;
      const pciId = `1002:${device!.slice(2).toLowerCase().padStart(4, "0")}`;
      cards.push(
        present<SeenGpu>({
          vendor: "amd",
          backend: "rocm",
          index: wholeNumber(index),
          pciId,
          usedPercent: wholeNumber(used),
        }),
      );
      continue;
    }
    const name = /^\s{4,}([A-Za-z][^=]*?)\s*$/.exec(line)?.[1];
    const last = cards.at(-1);
    if (name !== undefined && last !== undefined && last.name === undefined)
      cards[cards.length - 1] = { ...last, name };
  }
  return cards;
}
