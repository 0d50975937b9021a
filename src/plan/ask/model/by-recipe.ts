import { type Geometry, parameterCount } from "../../../facts/model/index.ts";
import { quantized, type Shaped, weightBytes } from "../../../facts/recipe/index.ts";
import type { Tensor } from "../../../facts/weights/index.ts";

/** Sizes of a model without a file, tensor by tensor. */
export interface BySizes {
  readonly tensors: readonly Tensor[];
  readonly parameters: number;
  /** of the weights, without a header */
  readonly fileBytes: number;
  readonly assumption: string;
}

/** Usual alignment of GGUF: a file's tensors begin at multiples of it. */
const ALIGNMENT = 32;

/** What a file of this type would hold, in the order of `shaped`. */
export function byRecipe(geometry: Geometry, shaped: readonly Shaped[], fileType: string): BySizes {
  let end = 0;
  const tensors = quantized(geometry, shaped, fileType).map((typed): Tensor => {
    const offset = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
    end = offset + typed.bytes;
    return { ...typed, offset, file: 0 };
  });
  return {
    tensors,
    parameters: parameterCount(tensors),
    fileBytes: weightBytes(tensors),
    assumption:
      `sizes are by the recipe of ${fileType}, not read from a file: published files differ by 0.3% typically, ` +
      "and a header of about 10 MB comes on top",
  };
}
