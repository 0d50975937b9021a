import { QUALITY_WARNINGS } from "../../../facts/quality/index.ts";

/** The edge cases that a scheme of so many bits a weight is warned of. */
export function warningsFor(bitsPerWeight: number): readonly string[] {
  return QUALITY_WARNINGS.filter(({ belowBits }) => bitsPerWeight < belowBits).map(({ id }) => id);
}
