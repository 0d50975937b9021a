/** Makers and lines of products: people leave them out or add them, and no two devices differ in them alone. */
const BRANDS: ReadonlySet<string> = new Set(
  "nvidia amd intel apple qualcomm geforce radeon rtx gtx rx arc tesla instinct ryzen snapdragon gpu generation".split(
    " ",
  ),
);

/** What people call machines where their makers name the chip otherwise; to words of a row's name. */
const SPOKEN: readonly (readonly [said: RegExp, named: string])[] = [[/\bstrix ?halo\b/, "ai max 395"]];

const SIZE = /(?<![\d.])(\d{1,4}(?:\.\d+)?) ?(?:gb|gib|g)(?![\w.])/g;

/**
 * What was typed, or a row's name, as words, the (last) size apart: "RTX 4060 Ti 16 GB" -> 4060, ti and 16 GiB. Makers label memory
 * in GB and mean GiB.
 */
export function wordsOf(text: string): {
  readonly words: readonly string[];
  readonly sizeBytes?: number;
  /** all of the text but sizes */
  readonly named: string;
} {
  const plain = text
    .toLowerCase()
    .replace(/\((?:tm|r|c)\)|[™®]/g, "")
    .replace(/\b(rtx|gtx|rx|arc|tesla)(?=[a-z]?\d)/g, "$1 ")
    .replace(/[^a-z0-9.]+/g, " ")
    .trim();
  const spaced = SPOKEN.reduce((said, [pattern, named]) => said.replace(pattern, named), plain);
  const size = [...spaced.matchAll(SIZE)].at(-1);
  const named = spaced.replace(SIZE, " ");
  const words = named.split(" ").filter((word) => word !== "" && !BRANDS.has(word));
  return { words, named, ...(size ? { sizeBytes: Number(size[1]) * 2 ** 30 } : {}) };
}

/** Letters and digits only, so that "RTX-3090", "rtx 3090" and "rtx3090" are one. */
export function compact(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, "");
}
