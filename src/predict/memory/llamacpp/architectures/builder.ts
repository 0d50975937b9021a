import { LoadoutError } from "../../../../facts/errors/index.ts";
import type { Attention, Geometry, LatentAttention, Layer, Recurrent } from "../../../../facts/model/index.ts";
import type { CacheType, LlamaCppBuild } from "../../../../facts/runtime/index.ts";
import { lowRankPairs, type PlacedAdapter } from "../adapters.ts";
import type { ContextSizes } from "../context.ts";
import { cacheTensors, type CacheKind, type LayerCache } from "../cache.ts";
import { attentionOf } from "../geometry.ts";
import { elementType, F16, F32, I32, I64 } from "../graph/element.ts";
import { Graph } from "../graph/graph.ts";
import { cast, input, like, multiplyMatrix } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import { stateTensors, type LayerState } from "../state.ts";
import type { DecidedSettings } from "../question.ts";
import { weightLeaf, type LoadedWeights, type PlacedWeight } from "../weights.ts";

export type GraphPart = "trunk" | "mtp";

/** Everything a graph is built from. */
export interface GraphRequest {
  readonly geometry: Geometry;
  readonly settings: DecidedSettings;
  readonly sizes: ContextSizes;
  readonly build: LlamaCppBuild;
  readonly weights: LoadedWeights;
  readonly adapters: readonly PlacedAdapter[];
  /** what is done in many operations because one would not run on its layer's device */
  readonly apart: ReadonlySet<FusedKind>;
  readonly caches: readonly LayerCache[];
  readonly states: readonly LayerState[];
  /** the model's own layers, or the block appended to draft further tokens */
  readonly part: GraphPart;
  /** layers whose input a draft head reads */
  readonly taps?: readonly number[] | undefined;
  /** sequences of the micro-batch: all, unless it is reserved for one */
  readonly sequences: number;
  /** tokens of the micro-batch, a multiple of its sequences */
  readonly tokens: number;
  /** the cache is full: some graphs grow with what is in it */
  readonly filled: boolean;
  /** rows of logits */
  readonly outputs: number;
  /** where the engine pins a layer's norms to its device */
  readonly pinNorm?: (norm: GraphTensor, layer: number) => void;
  /** where the engine pins attention to the host, because the cache is there */
  readonly pinToHost?: (attention: GraphTensor) => void;
}

/** Attention's inputs for one kind of cache. */
export interface CacheInputs {
  /** cache rows to write, absent in builds that write through views */
  readonly keyRows: GraphTensor | undefined;
  readonly valueRows: GraphTensor | undefined;
  readonly mask: GraphTensor;
  /** orthogonal matrices that queries, keys and values are turned by before they meet a quantised cache */
  readonly keyRotation: GraphTensor | undefined;
  readonly valueRotation: GraphTensor | undefined;
}

/** An indexer's scores; mixing residual streams into one, what they are mixed by among one another, and spreading a result over them. */
export type FusedKind = "mix" | "shares" | "spread";

export type NormKind = "rms_norm" | "norm";

/** Heads of this multiple are rotated when the cache is quantised. */
const ROTATION = 64;

/** The parts that architectures share. It remembers the graph under construction and the inputs made so far. */
export class GraphBuilder {
  readonly graph = new Graph();
  readonly request: GraphRequest;
  /** flash attention of every layer that has it */
  readonly attended: { readonly node: GraphTensor; readonly layer: number }[] = [];
  /** operations for which the engine has others, where they do not run on their layer's device */
  readonly fused: { readonly kind: FusedKind; readonly node: GraphTensor; readonly layer: number }[] = [];
  /** the last hidden states, from which logits or a text's vector are made */
  hidden: GraphTensor | undefined;
  readonly #trunk: readonly Layer[];
  readonly #cached: readonly Layer[];
  readonly #weights = new Map<PlacedWeight, GraphTensor>();
  readonly #caches = new Map<number, { key: GraphTensor; value: GraphTensor }>();

  constructor(request: GraphRequest) {
    this.request = request;
    const { layers } = request.geometry;
    this.#trunk = layers.filter(({ kind }) => kind === "trunk");
    this.#cached = request.part === "mtp" ? layers.filter(({ kind }) => kind === "mtp") : this.#trunk;
  }

  /** Layers of the graph: blocks appended to predict further tokens have a graph and a context of their own. */
  get layers(): readonly Layer[] {
    return this.#trunk;
  }

  /** Keeps what goes into a layer to the end, where a draft head reads it. */
  tap(x: GraphTensor, layer: number): void {
    if (this.request.taps?.includes(layer) === true) x.output = true;
  }

  /** Any layer, an appended block too. */
  layer(layer: number): Layer {
    return this.request.geometry.layers[layer]!;
  }

  attention(layer: number): Attention {
    const attention = attentionOf(this.layer(layer));
    if (attention !== undefined) return attention;
    throw new LoadoutError("layer-unlike", { architecture: this.request.geometry.architecture, layer });
  }

  latent(layer: number): LatentAttention {
    const { mixer } = this.layer(layer);
    if (mixer.kind === "mla") return mixer;
    const { architecture } = this.request.geometry;
    throw new LoadoutError("tensor-missing", { architecture, tensor: tensorName("attn_k_b", layer, "weight") });
  }

  recurrent(layer: number): Recurrent {
    const { mixer } = this.layer(layer);
    if (mixer.kind === "recurrent") return mixer;
    if (mixer.kind === "parallel") return mixer.recurrent;
    throw new LoadoutError("layer-unlike", { architecture: this.request.geometry.architecture, layer });
  }

  /** A weight the graph cannot do without. */
  weight(name: string, layer?: number): GraphTensor {
    const leaf = this.optional(name, layer);
    if (leaf !== undefined) return leaf;
    const { architecture } = this.request.geometry;
    throw new LoadoutError("tensor-missing", { architecture, tensor: tensorName(name, layer, "weight") });
  }

  /** A weight that only some files have. */
  optional(name: string, layer?: number, suffix = "weight"): GraphTensor | undefined {
    return this.#leaf(this.request.weights.part(name, layer, suffix));
  }

  /** A vector whose name has nothing behind it. */
  bare(name: string, layer: number): GraphTensor {
    const leaf = this.#leaf(this.request.weights.part(name, layer, ""));
    if (leaf !== undefined) return leaf;
    const { architecture } = this.request.geometry;
    throw new LoadoutError("tensor-missing", { architecture, tensor: `blk.${layer}.${name}` });
  }

  /** a tensor all layers share, as loaded for this layer */
  shared(name: string, layer: number): GraphTensor | undefined {
    return this.#leaf(this.request.weights.shared(`${name}.weight`, layer));
  }

  /** A tensor is one leaf however often it is read: copied to a device, it is copied once. */
  #leaf(placed: PlacedWeight | undefined): GraphTensor | undefined {
    if (placed === undefined) return undefined;
    const known = this.#weights.get(placed);
    if (known !== undefined) return known;
    const leaf = weightLeaf(placed);
    leaf.adapters = lowRankPairs(this.request.adapters, placed.tensor.name);
    this.#weights.set(placed, leaf);
    return leaf;
  }

  /** x W, with a bias where the file has one */
  project(x: GraphTensor, name: string, layer?: number): GraphTensor {
    const product = multiplyMatrix(this.weight(name, layer), x);
    const bias = this.optional(name, layer, "bias");
    return bias === undefined ? product : like("add", product, bias);
  }

  /**
   * Norm times its weight, with a shift where the file has one. The engine keeps a layer's norms from straying to the device of the
   * layer before. `kind`: by the root of the mean square, or by mean and variance.
   */
  norm(
    x: GraphTensor,
    name: string,
    layer?: number,
    pinned = layer !== undefined,
    kind: NormKind = "rms_norm",
  ): GraphTensor {
    const normed = like(kind, x);
    if (pinned && layer !== undefined) this.request.pinNorm?.(normed, layer);
    // Falcon H1 has nothing behind a norm's name
    const scaled = like("mul", normed, this.optional(name, layer, "") ?? this.weight(name, layer));
    const shift = this.optional(name, layer, "bias");
    return shift === undefined ? scaled : like("add", scaled, shift);
  }

  positions(): GraphTensor {
    return input(I32, [this.request.tokens * (this.request.geometry.positionsPerToken ?? 1)]);
  }

  /** a factor for the queries of every token, where the model has one */
  queryFactors(): GraphTensor | undefined {
    return this.request.geometry.queryTemperature === true ? input(F32, [1, 1, this.request.tokens]) : undefined;
  }

  outputRows(): GraphTensor {
    return input(I32, [this.request.outputs]);
  }

  cacheInputs(kind: CacheKind): CacheInputs {
    const { settings, sizes, tokens, sequences, build } = this.request;
    const cells = kind === "full" ? sizes.cells : sizes.windowCells;
    const widest = Math.max(...this.#cached.map((layer) => valueWidth(attentionOf(layer))));
    const maskType = settings.flashAttention && build.maskType === "f16" ? F16 : F32;
    const streams = Math.min(sizes.streams, sequences);
    const mask = input(maskType, [cells, tokens / streams, 1, streams], "attention mask");
    const rotated = (type: CacheType, length: number, size: number): GraphTensor | undefined =>
      build.rotatesQuantizedCache ? rotation(type, length, size) : undefined;
    // latent attention caches no values, and its keys are never rotated
    const heads = this.#cached
      .map(attentionOf)
      .find((attention) => attention !== undefined && (attention.span === "full") === (kind === "full"));
    return {
      keyRows: build.cacheRowsByIndex ? input(I64, [tokens]) : undefined,
      valueRows:
        build.cacheRowsByIndex && heads !== undefined
          ? input(I64, [settings.valuesTransposed ? tokens * widest : tokens])
          : undefined,
      mask: settings.flashAttention && maskType === F32 ? cast(mask, F16) : mask,
      keyRotation: heads && rotated(settings.cacheTypeK, heads.keyLength, largestPowerOfTwo(heads.keyLength)),
      valueRotation: heads && rotated(settings.cacheTypeV, heads.valueLength, ROTATION),
    };
  }

  /** The cache a layer reads, its own or an earlier layer's: one leaf a graph. */
  cache(reader: number): { key: GraphTensor; value: GraphTensor } {
    const layer = attentionOf(this.layer(reader))?.cacheFrom ?? reader;
    let tensors = this.#caches.get(layer);
    if (tensors === undefined) {
      const cache = this.request.caches.find((candidate) => candidate.layer === layer)!;
      tensors = cacheTensors(cache, this.request.sizes.streams);
      this.#caches.set(layer, tensors);
    }
    return tensors;
  }

  /** Keys that a layer's indexer kept; a layer asks for them once a graph. */
  indexerKeys(layer: number): GraphTensor {
    const cache = this.request.caches.find((each) => each.layer === layer && each.kind === "indexer")!;
    return cacheTensors(cache, this.request.sizes.streams).key;
  }

  /** The layer's recurrent state; a layer asks for it once a graph. */
  state(layer: number): { convolution: GraphTensor; state: GraphTensor } {
    return stateTensors(this.request.states.find((candidate) => candidate.layer === layer)!);
  }
}

function tensorName(name: string, layer: number | undefined, suffix: string): string {
  return layer === undefined ? `${name}.${suffix}` : `blk.${layer}.${name}.${suffix}`;
}

function rotation(cacheType: string, headLength: number, size: number): GraphTensor | undefined {
  if (elementType(cacheType)?.quantized !== true || headLength % ROTATION !== 0) return undefined;
  return input(F32, [size, size], "rotation matrix");
}

/** The largest power of two, from 64 on, that divides a head's length. */
function largestPowerOfTwo(headLength: number): number {
  let size = ROTATION;
  while (size < headLength && headLength % (2 * size) === 0) size *= 2;
  return size;
}

function valueWidth(attention: Attention | undefined): number {
  return attention === undefined ? 0 : attention.valueLength * attention.kvHeads;
}
