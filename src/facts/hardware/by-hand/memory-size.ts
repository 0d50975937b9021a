import { LoadoutError } from "../../errors/index.ts";
import { parseBytes } from "../../units/index.ts";

/** Memory beyond a terabyte on one card, or beyond this much RAM, is a slip of the keyboard. */
const MOST_BYTES = 64 * 2 ** 40;

/**
 * Memory as it stands on a label: modules and cards are made in powers of two, so that 24GB, 24G and 24GiB are all 24 x 2^30.
 * At least `leastBytes`.
 */
export function labelBytes(text: string, what: string, leastBytes: number = 2 ** 28): number {
  const bytes = parseBytes(text.replace(/(?<=[kmgt])b(?=\s*$)/i, "iB"), what);
  if (bytes >= leastBytes && bytes <= MOST_BYTES) return bytes;
  throw new LoadoutError("bad-quantity", {
    what,
    expected: "from 256 MiB to 64 TiB of memory",
    got: text,
    example: "24GB",
  });
}
