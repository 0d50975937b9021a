import { LoadoutError } from "../../../../facts/errors/index.ts";
import type { ImageSize, Tower } from "../../../../facts/model/index.ts";
import { F16, F32, rowBytes, type ElementType } from "../graph/element.ts";
import { Graph } from "../graph/graph.ts";
import {
  cast,
  contiguous,
  flashAttention,
  input,
  like,
  multiplyMatrix,
  permute,
  reshape,
  transpose,
  view,
} from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import { experts } from "./experts.ts";
import { convolve, interpolate, padGrid, pool } from "./tower-operations.ts";

export type NormKind = "rms_norm" | "norm";

/** What a graph of a tower is built from. */
export interface TowerRequest {
  readonly tower: Tower;
  /** pixels of the image, or frames by bins of the sound */
  readonly size: ImageSize;
  /** images of that size read in one go */
  readonly together: number;
  readonly flashAttention: boolean;
  /** by the names of the file; one leaf a tensor */
  readonly weights: ReadonlyMap<string, GraphTensor>;
}

/** Settings of {@link TowerBuilder.transformer}. */
export interface TransformerParts {
  readonly norm: NormKind;
  /** added to what goes in */
  readonly learned?: GraphTensor | undefined;
  /** turns queries and keys by their place */
  readonly turn?: (heads: GraphTensor) => GraphTensor;
  /** values are normed too (Gemma 4) */
  readonly normsValues?: true;
  /** sees what each layer gives */
  readonly after?: (output: GraphTensor, layer: number) => void;
  readonly mask?: (layer: number) => GraphTensor | undefined;
  /** name of the norm behind the layers; absent: the usual one */
  readonly lastNorm?: string;
}

/** Parts that encoders share (clip.cpp, `clip_graph`). */
export class TowerBuilder {
  readonly graph = new Graph();
  readonly request: TowerRequest;
  readonly attended: GraphTensor[] = [];
  readonly columns: number;
  readonly rows: number;

  constructor(request: TowerRequest) {
    this.request = request;
    const { tower, size } = request;
    this.columns = Math.floor(size.width / tower.patchSize);
    this.rows = Math.floor(size.height / tower.patchSize);
  }

  get tower(): Tower {
    return this.request.tower;
  }

  get patches(): number {
    return this.columns * this.rows;
  }

  optional(name: string): GraphTensor | undefined {
    return this.request.weights.get(name);
  }

  weight(name: string): GraphTensor {
    const tensor = this.optional(name);
    if (tensor !== undefined) return tensor;
    throw new LoadoutError("tensor-missing", { architecture: this.tower.type, tensor: name });
  }

  /** x W + b, the bias where the file has one */
  project(x: GraphTensor, name: string): GraphTensor {
    return this.#shifted(this.multiply(this.weight(`${name}.weight`), x, `${name}.weight`), `${name}.bias`);
  }

  /** A product; Gemma 4 keeps its operands and results within bounds. */
  multiply(matrix: GraphTensor, x: GraphTensor, name: string): GraphTensor {
    if (!CLAMPED.has(this.tower.type) || !name.endsWith(".weight")) return multiplyMatrix(matrix, x);
    return like("clamp", multiplyMatrix(matrix, like("clamp", x)));
  }

  #shifted(x: GraphTensor, name: string): GraphTensor {
    const shift = this.optional(name);
    return shift === undefined ? x : like("add", x, shift);
  }

  /** Norm, times its weight, plus its bias, each where the file has it. */
  norm(x: GraphTensor, name: string, kind: NormKind): GraphTensor {
    return this.normBy(x, kind, this.optional(`${name}.weight`), this.optional(`${name}.bias`));
  }

  normBy(x: GraphTensor, kind: NormKind, scale?: GraphTensor, shift?: GraphTensor): GraphTensor {
    const normed = like(kind, x);
    const scaled = scale === undefined ? normed : like("mul", normed, scale);
    return shift === undefined ? scaled : like("add", scaled, shift);
  }

  inputOf(type: ElementType, shape: readonly number[], name: string): GraphTensor {
    return input(type, shape, name);
  }

  image(channels = 3): GraphTensor {
    const { size, together } = this.request;
    return input(F32, [size.width, size.height, channels, together], "image");
  }

  /** Patches of the images as the encoder's columns, [width, patches, images]. */
  patchEmbeddings(image = this.image()): GraphTensor {
    const grid = convolve(this.weight("v.patch_embd.weight"), image, this.tower.patchSize);
    const rows = reshape(grid, [this.patches, this.tower.embeddingLength, this.request.together]);
    const columns = transpose(rows);
    return this.#shifted(contiguous(columns, columns.shape), "v.patch_embd.bias");
  }

  /** Two layers with something between them; a gate beside the first where one is named. */
  feedForward(x: GraphTensor, up: string, down: string, gate?: string): GraphTensor {
    const raised = this.project(x, up);
    const gated = gate !== undefined && this.optional(`${gate}.weight`) !== undefined;
    const between = gated ? like("glu", this.project(x, gate), raised) : like("unary", raised);
    return this.project(between, down);
  }

  /** Attention over everything (`build_attn`), [width, places]. */
  attend(
    query: GraphTensor,
    key: GraphTensor,
    value: GraphTensor,
    output: string,
    mask?: GraphTensor,
    sinks?: GraphTensor,
  ): GraphTensor {
    for (const heads of [query, key, value]) this.graph.expand(heads);
    const q = permute(query, [0, 2, 1, 3]);
    const k = permute(key, [0, 2, 1, 3]);
    const mixed = this.request.flashAttention
      ? this.#flash(q, k, permute(value, [0, 2, 1, 3]), mask, sinks)
      : mixedPlainly(q, k, value, mask, sinks);
    return this.project(mixed, output);
  }

  #flash(q: GraphTensor, k: GraphTensor, v: GraphTensor, mask?: GraphTensor, sinks?: GraphTensor): GraphTensor {
    const half = mask === undefined ? undefined : cast(mask, F16);
    const mixed = flashAttention(q, cast(k, F16), cast(v, F16), half, sinks);
    this.attended.push(mixed);
    const [a, b, c, d] = mixed.shape;
    return reshape(mixed, [a * b, c * d]);
  }

  /** The layers of a transformer (`build_vit`), [width, places, images]. */
  transformer(patches: GraphTensor, places: number, parts: TransformerParts): GraphTensor {
    const { embeddingLength, layers, modality, type } = this.tower;
    const prefix = modality === "vision" ? "v" : "a";
    const placed = parts.learned === undefined ? patches : like("add", patches, parts.learned);
    const images = patches.shape[2];
    let current = reshape(placed, [embeddingLength, places * images]);
    if (this.optional(`${prefix}.pre_ln.weight`)) current = this.norm(current, `${prefix}.pre_ln`, parts.norm);
    for (let layer = 0; layer < layers; layer++)
      current = this.#layer(current, `${prefix}.blk.${layer}`, layer, places, parts);
    if (AVERAGED.has(type)) {
      const pairs = pool(contiguous(transpose(current), [places, embeddingLength]), 2, 1);
      current = contiguous(transpose(pairs), [embeddingLength, pairs.shape[0]]);
    }
    const last = parts.lastNorm ?? `${prefix}.post_ln`;
    if (this.optional(`${last}.weight`)) current = this.norm(current, last, parts.norm);
    return reshape(current, [embeddingLength, current.shape[1] / images, images]);
  }

  #layer(into: GraphTensor, name: string, layer: number, places: number, parts: TransformerParts): GraphTensor {
    const normed = this.norm(into, `${name}.ln1`, parts.norm);
    const { query, key, value } = this.heads(normed, name, places, parts.norm);
    const turn = parts.turn ?? ((heads: GraphTensor) => heads);
    const turned = [turn(query), turn(key)] as const;
    const values = parts.normsValues ? like("rms_norm", value) : value;
    const mixed = this.attend(turned[0], turned[1], values, `${name}.attn_out`, parts.mask?.(layer));
    const first = this.#after(mixed, `${name}.ls1`, `${name}.attn_post_norm`, parts.norm);
    const middle = like("add", first, into);
    const ready = this.norm(middle, `${name}.ln2`, parts.norm);
    const fed = this.optional(`${name}.ffn_gate_exps.weight`)
      ? experts(this, ready, name)
      : this.feedForward(ready, ...this.#feedForwardNames(name));
    const postNormed = this.#normedWhere(fed, `${name}.ffn_post_norm`, parts.norm);
    const scaled = this.#scaledWhere(postNormed, `${name}.ls2`);
    const out = this.#scaledWhere(like("add", middle, scaled), `${name}.out_scale`);
    parts.after?.(out, layer);
    return out;
  }

  /** A layer without the parts that few have, its places turned by one operation (Qwen-VL). */
  turnedLayer(
    into: GraphTensor,
    layer: number,
    places: number,
    norm: NormKind,
    positions: GraphTensor,
    mask?: GraphTensor,
  ): GraphTensor {
    const turn = (heads: GraphTensor): GraphTensor => like("rope", heads, positions);
    return this.#layer(into, `v.blk.${layer}`, layer, places, { norm, turn, mask: () => mask });
  }

  plainLayer(into: GraphTensor, layer: number, places: number): GraphTensor {
    return this.#layer(into, `v.blk.${layer}`, layer, places, { norm: "norm" });
  }

  #after(x: GraphTensor, scale: string, norm: string, kind: NormKind): GraphTensor {
    return this.#normedWhere(this.#scaledWhere(x, scale), norm, kind);
  }

  #scaledWhere(x: GraphTensor, name: string): GraphTensor {
    const scale = this.optional(`${name}.weight`);
    return scale === undefined ? x : like("mul", x, scale);
  }

  #normedWhere(x: GraphTensor, name: string, kind: NormKind): GraphTensor {
    return this.optional(`${name}.weight`) === undefined ? x : this.norm(x, name, kind);
  }

  /** Old files have the two matrices under each other's names (clip.cpp:2334). */
  #feedForwardNames(name: string): [up: string, down: string, gate: string] {
    const down = this.weight(`${name}.ffn_down.weight`);
    const swapped = SWAPPED.has(this.tower.type) && down.shape[0] === this.tower.embeddingLength;
    const [up, lower] = swapped ? ["ffn_down", "ffn_up"] : ["ffn_up", "ffn_down"];
    return [`${name}.${up}`, `${name}.${lower}`, `${name}.ffn_gate`];
  }

  /** Queries, keys and values of a layer, [head length, heads, places]: three products, or three views of one. */
  heads(normed: GraphTensor, name: string, places: number, kind: NormKind): Heads {
    const { headLength, heads, kvHeads } = this.tower;
    const images = normed.shape[2] > 1 ? 1 : normed.shape[1] / places;
    if (this.optional(`${name}.attn_qkv.weight`) !== undefined) {
      const all = this.project(normed, `${name}.attn_qkv`);
      const part = (count: number): GraphTensor =>
        view(
          all,
          [headLength, count, places, images],
          [rowBytes(all.type, headLength), all.strides[1], all.strides[1] * places],
        );
      const [query, key, value] = [part(heads), part(kvHeads), part(kvHeads)] as const;
      return {
        query: this.#headNorm(query, `${name}.attn_q_norm`, kind),
        key: this.#headNorm(key, `${name}.attn_k_norm`, kind),
        value,
      };
    }
    const [query, key, value] = ["attn_q", "attn_k", "attn_v"].map((each) => this.project(normed, `${name}.${each}`));
    const own = this.optional(`${name}.attn_q_norm.weight`);
    const perHead = own !== undefined && own.shape[0] === headLength;
    const [q, k] = perHead
      ? [query!, key!]
      : [this.#headNorm(query!, `${name}.attn_q_norm`, kind), this.#headNorm(key!, `${name}.attn_k_norm`, kind)];
    const shaped = [
      reshape(q, [headLength, heads, places, images]),
      reshape(k, [headLength, kvHeads, places, images]),
      reshape(value!, [headLength, kvHeads, places, images]),
    ] as const;
    if (!perHead) return { query: shaped[0], key: shaped[1], value: shaped[2] };
    return {
      query: this.#headNorm(shaped[0], `${name}.attn_q_norm`, kind),
      key: this.#headNorm(shaped[1], `${name}.attn_k_norm`, kind),
      value: shaped[2],
    };
  }

  #headNorm(x: GraphTensor, name: string, kind: NormKind): GraphTensor {
    const scale = this.optional(`${name}.weight`);
    return scale === undefined ? x : this.normBy(x, kind, scale);
  }

  /** The table of learned places, scaled to the image's grid (`resize_position_embeddings`). */
  learnedPlaces(): GraphTensor {
    const table = this.weight("v.position_embd.weight");
    const side = Math.floor(Math.sqrt(table.shape[1]));
    if (this.rows === side && this.columns === side) return table;
    const { embeddingLength } = this.tower;
    const grid = permute(reshape(table, [embeddingLength, side, side]), [2, 0, 1, 3]);
    const scaled = permute(interpolate(grid, this.columns, this.rows), [1, 2, 0, 3]);
    return contiguous(scaled, [embeddingLength, this.patches]);
  }

  /** Patches of a square put behind one another (`build_patch_merge_permute`). */
  mergedPatches(x: GraphTensor, by: number): GraphTensor {
    const width = x.shape[0];
    const up = (length: number) => Math.ceil(length / by) * by;
    const [columns, rows] = [up(this.columns), up(this.rows)];
    const grid = reshape(x, [width, this.columns, this.rows]);
    const whole = columns === this.columns && rows === this.rows ? grid : padGrid(grid, [width, columns, rows, 1]);
    const across = permute(reshape(whole, [width * by, columns / by, rows]), [0, 2, 1, 3]);
    const squares = contiguous(across, [width * by * by, rows / by, columns / by]);
    return contiguous(permute(squares, [0, 2, 1, 3]), [width * by * by, (columns / by) * (rows / by)]);
  }
}

interface Heads {
  readonly query: GraphTensor;
  readonly key: GraphTensor;
  readonly value: GraphTensor;
}

/** Operands and results of every product are kept within bounds (clip.cpp:2650, 3365). */
const CLAMPED: ReadonlySet<string> = new Set(["gemma4v", "gemma4a"]);

/** Pairs of places are averaged behind the layers (clip-model.h:886). */
const AVERAGED: ReadonlySet<string> = new Set(["qwen2a", "qwen2.5o", "voxtral", "musicflamingo"]);

const SWAPPED: ReadonlySet<string> = new Set([
  "adapter",
  "exaone4_5",
  "gemma3",
  "idefics3",
  "ldp",
  "ldpv2",
  "minicpmv4_6",
  "mlp",
  "qwen2.5o",
  "qwen2.5vl_merger",
  "qwen2vl_merger",
  "resampler",
]);

function mixedPlainly(
  q: GraphTensor,
  k: GraphTensor,
  value: GraphTensor,
  mask?: GraphTensor,
  sinks?: GraphTensor,
): GraphTensor {
  const v = permute(value, [1, 2, 0, 3]);
  const values = contiguous(v, v.shape);
  const weights = like("soft_max", multiplyMatrix(k, q), mask, sinks);
  const mixed = permute(multiplyMatrix(values, weights), [0, 2, 1, 3]);
  const [a, b, c, d] = mixed.shape;
  return contiguous(mixed, [a * b, c * d]);
}
