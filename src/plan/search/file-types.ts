/**
 * File types that publishers of GGUF files offer for nearly every model, from the largest to the smallest: a step of about one bit
 * each, two of them below four bits.
 */
const USUAL: ReadonlyMap<string, number> = new Map([
  ["Q8_0", 8.5],
  ["Q6_K", 6.56],
  ["Q5_K_M", 5.68],
  ["Q4_K_M", 4.83],
  ["IQ4_XS", 4.3],
  ["Q3_K_M", 3.89],
  ["IQ3_XXS", 3.15],
  ["Q2_K", 2.95],
]);

export const USUAL_FILE_TYPES: readonly string[] = [...USUAL.keys()];

/** Bits per weight of a usual file type, about: recipes say it exactly, model by model. */
export function usualBits(fileType: string): number {
  return USUAL.get(fileType) ?? MXFP4_BITS;
}

const MXFP4_BITS = 4.5;

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
