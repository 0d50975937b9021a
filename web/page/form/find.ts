import type { Choice } from "./combobox.tsx";

/** Something that can be found by its words. */
export interface Findable extends Choice {
  /** everything it may be called, in small letters */
  readonly words: string;
}

/** Lines that a list shows at most. */
const SHOWN = 80;

/**
 * Those that have every typed word in them: first those that begin with what was typed, then those where it stands together,
 * each in the order in which they were given.
 */
export function find(all: readonly Findable[], typed: string): readonly Choice[] {
  const wanted = typed.trim().toLowerCase();
  const words = wanted.split(/[\s_-]+/).filter((word) => word !== "");
  const rank = ({ words: said, label }: Findable) =>
    label.toLowerCase().startsWith(wanted) ? 0 : said.includes(wanted) ? 1 : 2;
  return all
    .filter(({ words: said }) => words.every((word) => said.includes(word)))
    .map((one) => [rank(one), one] as const)
    .toSorted((a, b) => a[0] - b[0])
    .slice(0, SHOWN)
    .map(([, one]) => one);
}
