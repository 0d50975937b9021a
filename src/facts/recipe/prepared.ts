import type { Tensor } from "../weights/index.ts";
import { isKept } from "./kept.ts";
import { type Role, roleOf } from "./roles.ts";

/** A tensor of a model, whatever it is stored as. */
export type Shaped = Pick<Tensor, "name" | "shape">;

/** What every recipe asks of a tensor, whatever the file type. */
export interface Prepared {
  readonly name: string;
  readonly shape: readonly number[];
  /** place in the list that was given */
  readonly at: number;
  readonly role: Role | undefined;
  /** by its name; -1 outside the layers */
  readonly layer: number;
  readonly dimensions: number;
  readonly elements: number;
  /** never quantized */
  readonly kept: boolean;
}

const KNOWN = new WeakMap<
  readonly Shaped[],
  { readonly architecture: string; readonly prepared: readonly Prepared[] }
>();

/**
 * Tensors in the quantizer's order, on which counting depends: layer by layer, by name inside each. Kept for as long as the
 * list is, since the same model is asked about for many file types.
 */
export function prepared(tensors: readonly Shaped[], architecture: string): readonly Prepared[] {
  const known = KNOWN.get(tensors);
  if (known?.architecture === architecture) return known.prepared;
  const found = tensors
    .map((tensor, at) => prepare(tensor, at, architecture))
    .sort((a, b) => a.layer - b.layer || (a.name < b.name ? -1 : 1));
  // an output matrix of its own, or the embedding in its place
  const tied = !found.some(({ role }) => role === "output");
  const list = found.map((one) => (tied && one.role === "embedding" ? { ...one, role: "output" as const } : one));
  KNOWN.set(tensors, { architecture, prepared: list });
  return list;
}

function prepare({ name, shape }: Shaped, at: number, architecture: string): Prepared {
  // dimensions of 1 at the end do not count (`ggml_n_dims`)
  const dimensions = shape.findLastIndex((length) => length > 1) + 1 || 1;
  return {
    name,
    shape,
    at,
    role: roleOf(name),
    layer: Number(/^blk\.(\d+)\./.exec(name)?.[1] ?? -1),
    dimensions,
    elements: shape.reduce((product, length) => product * length, 1),
    kept: isKept(name, dimensions, architecture),
  };
}
