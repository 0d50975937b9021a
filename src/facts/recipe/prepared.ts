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
  /** the name without the layer */
  readonly rest: string;
  readonly dimensions: number;
  readonly elements: number;
  /** never quantized */
  readonly kept: boolean;
  /** the same number for all of the list that differ in their layer alone: name and shape agree */
  readonly kind: number;
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
  const kinds = kindsOf();
  const names = namesOf(architecture);
  const found = tensors
    .map((tensor, at) => prepare(tensor, at, architecture, names, kinds))
    .sort((a, b) => a.layer - b.layer || (a.rest < b.rest ? -1 : 1));
  // an output matrix of its own, or the embedding in its place
  const tied = !found.some(({ role }) => role === "output");
  const list = found.map((one) => (tied && one.role === "embedding" ? { ...one, role: "output" as const } : one));
  KNOWN.set(tensors, { architecture, prepared: list });
  return list;
}

function prepare(
  { name, shape }: Shaped,
  at: number,
  architecture: string,
  names: Names,
  kinds: ReturnType<typeof kindsOf>,
): Prepared {
  // dimensions of 1 at the end do not count (`ggml_n_dims`)
  const dimensions = shape.findLastIndex((length) => length > 1) + 1 || 1;
  const { layer, rest } = parted(name);
  let elements = 1;
  for (const length of shape) elements *= length;
  const traits = traitsOfName(name, rest, layer < 0 ? names.outside : names.inLayers, dimensions, architecture);
  const { role, kept } = traits;
  return { name, shape, at, role, layer, rest, dimensions, elements, kept, kind: kinds(traits, shape) };
}

/** Numbers what was not met before. */
function kindsOf(): (traits: NameTraits, shape: readonly number[]) => number {
  const known = new Map<NameTraits, { readonly shape: readonly number[]; readonly kind: number }[]>();
  let count = 0;
  return (traits, shape) => {
    const alike = known.get(traits) ?? [];
    if (alike.length === 0) known.set(traits, alike);
    for (const one of alike) if (one.shape === shape || isSame(one.shape, shape)) return one.kind;
    alike.push({ shape, kind: count });
    return count++;
  };
}

function isSame(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((length, index) => length === other[index]);
}

/** "blk.7.attn_q.weight": the layer, -1 outside the layers, and what stands behind it. */
function parted(name: string): { layer: number; rest: string } {
  const dot = name.startsWith("blk.") ? name.indexOf(".", 4) : -1;
  const layer = dot < 0 ? NaN : Number(name.slice(4, dot));
  return Number.isInteger(layer) ? { layer, rest: name.slice(dot + 1) } : { layer: -1, rest: name };
}

interface NameTraits {
  readonly role: Role | undefined;
  readonly kept: boolean;
}

/** What is read from a name is the same in all layers, and there are few such names. By architecture, dimensions and name. */
const NAMES = new Map<string, Names>();
const MOST_NAMES = 10_000;

/** `inLayers`: by what stands behind the layer; each by dimensions. */
interface Names {
  readonly inLayers: Map<string, NameTraits>[];
  readonly outside: Map<string, NameTraits>[];
}

function namesOf(architecture: string): Names {
  const known = NAMES.get(architecture) ?? { inLayers: [], outside: [] };
  NAMES.set(architecture, known);
  return known;
}

function traitsOfName(
  name: string,
  key: string,
  names: Map<string, NameTraits>[],
  dimensions: number,
  architecture: string,
): NameTraits {
  const alike = (names[dimensions] ??= new Map<string, NameTraits>());
  const known = alike.get(key);
  if (known !== undefined) return known;
  const found = { role: roleOf(name), kept: isKept(name, dimensions, architecture) };
  if (alike.size < MOST_NAMES) alike.set(key, found);
  return found;
}
