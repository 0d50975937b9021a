import type { Geometry } from "../../../facts/model/index.ts";
import type { Tensor } from "../../../facts/weights/index.ts";
import type { ComputeBackend } from "./backends/backend.ts";
import type { BufferType } from "./backends/buffer.ts";
import { elementType, F32, I32, type ElementType } from "./graph/element.ts";
import { GraphTensor, type Shape } from "./graph/tensor.ts";
import { getRows, input, like, multiplyExperts, multiplyMatrix, rowOfResults } from "./graph/operations.ts";
import type { OverriddenMemory } from "./overrides.ts";
import type { Placement } from "./placement.ts";

/** A weight in the memory the engine loads it into. A tensor of the file may be loaded into several. */
export interface PlacedWeight {
  readonly tensor: Tensor;
  readonly type: ElementType;
  readonly shape: Shape;
  readonly bufferType: BufferType;
  /** bytes it takes there, once they were asked for */
  allocatedBytes?: number;
}

/** Memory a weight may go to, in the engine's order of preference, each with the back end that would use it there. */
export type Preference = readonly { readonly bufferType: BufferType; readonly backend: ComputeBackend }[];

export interface WeightPlaces {
  readonly host: Preference;
  readonly devices: readonly Preference[];
  /** tensors told to a memory wherever their layer is (-ot, -cmoe, -ncmoe, -ncffn) */
  readonly overridden: OverriddenMemory;
  /** memories whose weights stay in the pages of a mapped file; the host's pinned memory gives way to the first */
  readonly mapped: readonly BufferType[];
  readonly plainHost: BufferType;
  readonly before: PlacedBefore;
}

/** All weights of a loaded model, and where the graph finds them. */
export class LoadedWeights {
  readonly all: readonly PlacedWeight[];
  readonly #nameAll: () => ReadonlyMap<string, PlacedWeight>;
  #named: ReadonlyMap<string, PlacedWeight> | undefined;
  /** the same by what stands before, in and behind a name: graphs ask thousands of times, and joining names costs most of it */
  #parts: Map<number | undefined, Map<string, Map<string, PlacedWeight>>> | undefined;

  constructor(all: readonly PlacedWeight[], named: () => ReadonlyMap<string, PlacedWeight>) {
    this.all = all;
    this.#nameAll = named;
  }

  /** By the names that graphs know; "name@3" is a tensor that all layers share, as loaded for the fourth. Sums of bytes need none. */
  get named(): ReadonlyMap<string, PlacedWeight> {
    this.#named ??= this.#nameAll();
    return this.#named;
  }

  /** Where a tensor lies, undefined where the model has none of the name: "attn_q", of layer 3, "weight". */
  part(name: string, layer: number | undefined, suffix: string): PlacedWeight | undefined {
    // made for graphs alone: sums of bytes need none
    this.#parts ??= partsOf(this.named);
    return this.#parts.get(layer)?.get(suffix)?.get(name);
  }

  /** The same, and tensors of another model where this one has none of the name: they are read, not loaded again. */
  with(other: LoadedWeights, names: readonly string[]): LoadedWeights {
    return new LoadedWeights(this.all, () => {
      const lent = names.flatMap((name) => {
        const placed = other.named.get(name);
        return placed === undefined ? [] : [[name, placed] as const];
      });
      return new Map([...lent, ...this.named]);
    });
  }

  /** Where a tensor that all layers share lies for one of them. */
  shared(name: string, layer: number): PlacedWeight | undefined {
    return this.named.get(`${name}@${layer}`) ?? this.named.get(name);
  }
}

function partsOf(
  named: ReadonlyMap<string, PlacedWeight>,
): Map<number | undefined, Map<string, Map<string, PlacedWeight>>> {
  const parts = new Map<number | undefined, Map<string, Map<string, PlacedWeight>>>();
  for (const [name, placed] of named) {
    const { layer, rest } = parted(name);
    const number = layer < 0 ? undefined : layer;
    const dot = rest.lastIndexOf(".");
    const suffix = dot <= 0 ? "" : rest.slice(dot + 1);
    const middle = suffix === "" ? rest : rest.slice(0, dot);
    const suffixes = parts.get(number) ?? new Map<string, Map<string, PlacedWeight>>();
    parts.set(number, suffixes);
    const names = suffixes.get(suffix) ?? new Map<string, PlacedWeight>();
    suffixes.set(suffix, names);
    names.set(middle, placed);
  }
  return parts;
}

/** Tokens by which the engine tries whether a back end can use a weight. */
const PROBE_TOKENS = 512;

type Role = { readonly place: "input" | "output" | number; readonly use: Use };
type Use = "ssm_scan" | "get_rows" | "mul_mat" | "mul_mat_id" | "mul" | "add" | "rope";

/** Places every tensor (llama-model-loader.cpp, `create_tensor`): the first memory of its list whose back end can use it. */
export function placeWeights(
  tensors: readonly Tensor[],
  geometry: Geometry,
  placement: Placement,
  places: WeightPlaces & {
    readonly outputFirst: boolean;
    readonly sharesEmbedding: boolean;
    readonly factorsOfFullLayers: boolean;
  },
): LoadedWeights {
  const all: PlacedWeight[] = [];
  const names: string[] = [];
  const named: PlacedWeight[] = [];
  const name = (as: string, placed: PlacedWeight) => {
    names.push(as);
    named.push(placed);
  };
  const tied = !places.sharesEmbedding && !tensors.some((tensor) => tensor.name === "output.weight");
  const placedFor = placer(tensors, geometry.cacheless, placement, places);
  for (const [index, tensor] of tensors.entries()) {
    if (tensor.name.startsWith("rope_")) {
      spread(tensor);
      continue;
    }
    const placed = placedFor(index);
    all.push(placed);
    name(tensor.name, placed);
    // the output matrix is the token embedding: read row by row on the host, multiplied where the output layer is
    if (tied && tensor.name === "token_embd.weight") {
      const again = placeTensor(tensor, { place: "output", use: "mul_mat" }, placement, places);
      const apart = again.bufferType !== placed.bufferType || places.outputFirst;
      name("output.weight", apart ? again : placed);
      if (apart) all.push(again);
    }
  }
  return new LoadedWeights(all, () => new Map(names.map((each, at) => [each, named[at]!])));

  /** Rotation factors are shared by the layers that use them and loaded once into each memory that these lie in. */
  function spread(tensor: Tensor): void {
    const loaded = new Map<BufferType, PlacedWeight>();
    geometry.layers.forEach((each, layer) => {
      if (each.kind === "mtp") return;
      const span = each.mixer.kind === "attention" ? each.mixer.span : "full";
      if (span !== "full" && places.factorsOfFullLayers) return;
      const placed = placeTensor(tensor, { place: layer, use: "rope" }, placement, places);
      const known = loaded.get(placed.bufferType) ?? placed;
      if (!loaded.has(placed.bufferType)) all.push(placed);
      loaded.set(placed.bufferType, known);
      name(`${tensor.name}@${layer}`, known);
    });
  }
}

/** Roles of a list's tensors: their names tell them. */
const ROLES = new WeakMap<readonly Tensor[], readonly Role[]>();

function rolesOf(tensors: readonly Tensor[], encoder: boolean | undefined): readonly Role[] {
  const known = ROLES.get(tensors) ?? tensors.map(({ name }) => weightRole(name, encoder));
  ROLES.set(tensors, known);
  return known;
}

export function placeTensor(tensor: Tensor, role: Role, placement: Placement, places: WeightPlaces): PlacedWeight {
  return placedAt(tensor, role.use, placeOf(role, placement), places.overridden(tensor.name), places);
}

function placeOf({ place }: Role, placement: Placement): "host" | number {
  if (place === "input") return "host";
  return place === "output" ? placement.output : (placement.layers[place] ?? "host");
}

/** Tensors of a list as they were placed before, by where they were to lie: placements of a model differ in few of its layers. */
export type PlacedBefore = WeakMap<readonly Tensor[], Map<string, (PlacedWeight | undefined)[]>>;

function placer(
  tensors: readonly Tensor[],
  encoder: boolean | undefined,
  placement: Placement,
  places: WeightPlaces,
): (index: number) => PlacedWeight {
  const roles = rolesOf(tensors, encoder);
  const before = places.before.get(tensors) ?? new Map<string, (PlacedWeight | undefined)[]>();
  places.before.set(tensors, before);
  return (index) => {
    const tensor = tensors[index]!;
    const role = roles[index]!;
    const place = placeOf(role, placement);
    const told = places.overridden(tensor.name);
    // who names a device's memory is not asked often
    if (told !== undefined && told !== "host") return placedAt(tensor, role.use, place, told, places);
    const key = told ?? `at ${place}`;
    let known = before.get(key);
    if (known === undefined) before.set(key, (known = Array.from(tensors, () => undefined)));
    return (known[index] ??= placedAt(tensor, role.use, place, told, places));
  };
}

function placedAt(
  tensor: Tensor,
  use: Use,
  place: "host" | number,
  told: BufferType | "host" | undefined,
  places: WeightPlaces,
): PlacedWeight {
  const type = elementType(tensor.type) ?? F32;
  const [a = 1, b = 1, c = 1, d = 1] = tensor.shape;
  const shape: Shape = [a, b, c, d];
  const partial = { tensor, type, shape };
  const chosen = (preference: Preference): BufferType | undefined =>
    preference.find((each) => each.backend.supports(probe(partial, use, each.bufferType)))?.bufferType;
  const onDevice = place === "host" || told !== undefined ? undefined : chosen(places.devices[place]!);
  let bufferType = told === undefined || told === "host" ? (onDevice ?? chosen(places.host) ?? places.plainHost) : told;
  const mapped = places.mapped.length > 0;
  if (mapped && bufferType.place === "host" && !bufferType.repacked) bufferType = places.plainHost;
  return { ...partial, bufferType };
}

/** `encoder`: what norms the embeddings is loaded with the first layer (elsewhere the name is an output norm's, LFM2). */
export function weightRole(name: string, encoder = false): Role {
  if (/^((per_layer_)?token_embd|position_embd|token_types)\.weight$/.test(name))
    return { place: "input", use: "get_rows" };
  // read by all layers, loaded with the first
  if (/^per_layer_(model_proj|proj_norm)\./.test(name) || (encoder && name.startsWith("token_embd_norm.")))
    return { place: 0, use: useOf(name) };
  const { layer } = parted(name);
  return { place: layer < 0 ? "output" : layer, use: useOf(name) };
}

/** "blk.7.attn_q.weight" -> 7 and "attn_q.weight"; -1 outside the layers. */
export function parted(name: string): { layer: number; rest: string } {
  const dot = name.startsWith("blk.") ? name.indexOf(".", 4) : -1;
  const layer = dot < 0 ? NaN : Number(name.slice(4, dot));
  return Number.isInteger(layer) ? { layer, rest: name.slice(dot + 1) } : { layer: -1, rest: name };
}

function useOf(name: string): Use {
  if (name.endsWith(".ssm_a")) return "ssm_scan";
  if (name.endsWith(".bias")) return "add";
  if (/norm(_\d+)?(\.weight)?$/.test(name)) return "mul";
  if (name.endsWith("altup_correct_scale.weight")) return "mul";
  if (name.endsWith("nextn.embed_tokens.weight") || name === "d2t") return "get_rows";
  if (name.endsWith("_exps.weight")) return "mul_mat_id";
  if (/rope_(factors|freqs)/.test(name)) return "rope";
  return "mul_mat";
}

/** The operation the engine tries a weight with. */
function probe(
  { type, shape, tensor }: Omit<PlacedWeight, "bufferType">,
  use: Use,
  bufferType: BufferType,
): GraphTensor {
  const weight = leafOf({ type, shape, tensor }, bufferType);
  switch (use) {
    case "get_rows":
      return getRows(weight, input(I32, [PROBE_TOKENS]));
    case "mul_mat":
      return multiplyMatrix(weight, input(F32, [shape[0], PROBE_TOKENS, shape[2], shape[3]]));
    case "mul_mat_id":
      return multiplyExperts(weight, input(F32, [shape[0], 1, PROBE_TOKENS]), input(I32, [1, PROBE_TOKENS]));
    case "ssm_scan": {
      // gated delta nets multiply by theirs, a number a head in one row (LLM_TENSOR_SSM_A_NOSCAN)
      if (shape[1] === 1 && shape[0] > 1) return like("mul", input(F32, shape), weight);
      // one number a head is the second Mamba's, whose states are as long as its kernels take them; without, heads are single elements
      const [length, heads] = shape[0] === 1 ? [128, 16] : [shape[0], 1];
      return rowOfResults("ssm_scan", 1, [input(F32, [length, heads]), weight, weight, weight]);
    }
    case "rope":
      return like("rope", input(F32, [shape[0] * 2, 1, PROBE_TOKENS]), input(I32, [PROBE_TOKENS]), weight);
    default:
      return like(use, input(F32, shape), weight);
  }
}

/** A weight as a leaf of one graph. */
export function weightLeaf(placed: PlacedWeight): GraphTensor {
  return leafOf(placed, placed.bufferType);
}

function leafOf({ type, shape, tensor }: Omit<PlacedWeight, "bufferType">, bufferType: BufferType): GraphTensor {
  const leaf = new GraphTensor("none", type, shape, [], {
    bytes: tensor.bytes,
    store: { bufferType, usage: "weights" },
  });
  leaf.name = tensor.name;
  return leaf;
}
