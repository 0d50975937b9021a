/**
 * File types that publishers of GGUF files offer for nearly every model, from the largest to the smallest: a step of about one bit
 * each, two of them below four bits.
 */
export const USUAL_FILE_TYPES = ["Q8_0", "Q6_K", "Q5_K_M", "Q4_K_M", "IQ4_XS", "Q3_K_M", "IQ3_XXS", "Q2_K"] as const;

/** Below four bits answers get worse faster than the model gets smaller: nothing below is taken unless it is asked for. */
export const FLOOR = "IQ4_XS";

/** Models that are published in four bits already: a larger file type would hold nothing more. */
const RELEASED: Readonly<Record<string, readonly string[]>> = { "gpt-oss": ["MXFP4_MOE"] };

/** The usual file types of an architecture, largest first. */
export function usualFileTypes(architecture: string): readonly string[] {
  return RELEASED[architecture] ?? USUAL_FILE_TYPES;
}

/** Those of the usual ones that are not below the floor. */
export function aboveFloor(architecture: string, floor: string = FLOOR): readonly string[] {
  const all = usualFileTypes(architecture);
  const last = all.indexOf(floor.toUpperCase());
  return last < 0 ? all : all.slice(0, last + 1);
}
