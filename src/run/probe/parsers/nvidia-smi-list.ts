import { present, wholeNumber } from "./cells.ts";
import type { SeenGpu, SeenPart } from "./seen.ts";

/** `nvidia-smi -L`: a line a card; the lines of MIG devices stand below their card, indented. */
export function readNvidiaList(text: string): SeenGpu[] {
  const cards: (SeenGpu & { readonly parts: SeenPart[] })[] = [];
  for (const line of text.split(/\r?\n/)) {
    const card = /^GPU (\d{1,4}): (.*?)(?: \(UUID: ([^)\s]+)\)?)?\s*$/.exec(line);
    const part = /^\s+MIG (\S+)\s+Device\s+(\d{1,4}):(?: \(UUID: ([^)\s]+)\)?)?/.exec(line);
    if (card !== null) {
      const [, index, name, uuid] = card;
      cards.push({ ...present<SeenGpu>({ vendor: "nvidia", index: wholeNumber(index), name, uuid }), parts: [] });
    } else if (part !== null) {
      const [, name, index, uuid] = part;
      cards.at(-1)?.parts.push(present<SeenPart>({ index: wholeNumber(index), name: `MIG ${name}`, uuid }));
    }
  }
  return cards.map(({ parts, ...card }) => (parts.length === 0 ? card : { ...card, partitioned: true, parts }));
}
