import type { Shaped } from "../prepared.ts";
import { serverPart } from "./part.ts";
import type { PackedBits, ServerPart, ServerScheme } from "./schemes.ts";

/** What a model weighs under a scheme: bytes of the tensors, without headers of files. */
export interface ServerWeights {
  readonly bytes: number;
  /** packed matrices, scales and all */
  readonly packedBytes: number;
  /** weights in them */
  readonly packedWeights: number;
  /** what stays in 16 bit, by part, most bytes first; "other" are norms, biases and convolutions */
  readonly left: readonly { readonly part: ServerPart | "other"; readonly bytes: number }[];
  /** over the whole model */
  readonly bitsPerWeight: number;
}

/** Sizes by the definition of the format: each matrix of a packed part with its scales, two bytes for every weight else. */
export function serverWeights(tensors: readonly Shaped[], scheme: ServerScheme): ServerWeights {
  let [packedBytes, packedWeights, weights] = [0, 0, 0];
  const left = new Map<ServerPart | "other", number>();
  for (const tensor of tensors) {
    const count = product(tensor.shape);
    const part = serverPart(tensor);
    weights += count;
    if (part !== undefined && scheme.packed.includes(part)) {
      const bits = part === "output" ? (scheme.outputBits ?? scheme.bits) : scheme.bits;
      packedBytes += packedMatrixBytes(tensor.shape, bits);
      packedWeights += count;
    } else left.set(part ?? "other", (left.get(part ?? "other") ?? 0) + HALF * count);
  }
  const bytes = packedBytes + [...left.values()].reduce((sum, each) => sum + each, 0);
  return {
    bytes,
    packedBytes,
    packedWeights,
    left: [...left].map(([part, of]) => ({ part, bytes: of })).toSorted((a, b) => b.bytes - a.bytes),
    bitsPerWeight: weights === 0 ? 0 : (8 * bytes) / weights,
  };
}

/** Bytes of a weight that is left as it was published. */
const HALF = 2;

/** A matrix `[in, out]`, or one of these for each expert `[in, out, experts]`; what is left of a group takes a whole scale. */
export function packedMatrixBytes([inputs = 1, outputs = 1, ...more]: readonly number[], bits: PackedBits): number {
  const { value, groupLength = inputs, group = 0, row = 0, column = 0, block = 0, blockLength = 1, matrix = 0 } = bits;
  const groups = Math.ceil(inputs / groupLength) * outputs;
  const blocks = Math.ceil(inputs / blockLength) * Math.ceil(outputs / blockLength);
  const all = inputs * outputs * value + groups * group + outputs * row + inputs * column + blocks * block + matrix;
  return (product(more) * all) / 8;
}

function product(shape: readonly number[]): number {
  return shape.reduce((sum, length) => sum * length, 1);
}
