import type { Geometry } from "../../../../facts/model/index.ts";
import type { Tensor } from "../../../../facts/weights/index.ts";
import { cpuBackend, cpuBuffer } from "../backends/cpu.ts";
import type { BufferType } from "../backends/buffer.ts";
import { elementType, F16, F32, I32, type ElementType } from "../graph/element.ts";
import { Graph } from "../graph/graph.ts";
import {
  cast,
  contiguous,
  flashAttention,
  getRows,
  like,
  multiplyMatrix,
  permute,
  reshape,
  setRows,
  view,
} from "../graph/operations.ts";
import { GraphTensor, type Shape } from "../graph/tensor.ts";
import { reserve, type Reservation } from "../replay/reserve.ts";
import { windowOf } from "../context.ts";
import { OWN_GRAPHS, type OwnGraph } from "./own-graphs.ts";

/** What one graph of Ollama's own engine is made for. */
export interface OwnGraphQuestion {
  readonly geometry: Geometry;
  readonly tensors: readonly Tensor[];
  /** cells of the cache of layers that see everything, and of those with a window; over all requests */
  readonly cells: number;
  readonly windowCells: number;
  /** tokens of a step */
  readonly batch: number;
  /** requests at a time: rows of logits */
  readonly parallel: number;
  readonly flashAttention: boolean;
  readonly cacheType: string;
  readonly alignmentBytes: number;
}

/**
 * What Ollama's own engine reserves for its graphs on the processor: a whole step, then one token (runner/ollamarunner,
 * `reserveWorstCaseGraph`). Inputs have buffers of their own, which it does not count. `undefined`: the graph is not written down.
 */
export function ownGraph(question: OwnGraphQuestion): OwnGraphSize | undefined {
  const parts = OWN_GRAPHS[question.geometry.architecture];
  if (parts === undefined || question.geometry.vision !== undefined) return undefined;
  const [step, one] = [question.batch, 1].map((tokens) => sizeOf(question, parts, tokens));
  return one!.bytes > step!.bytes ? one : step;
}

/** A graph's buffer, and what lay in it at its fullest. */
export interface OwnGraphSize {
  readonly bytes: number;
  readonly nodes: number;
  readonly tokens: number;
  readonly peak: Reservation["peaks"][number];
}

function sizeOf(question: OwnGraphQuestion, parts: OwnGraph, tokens: number): OwnGraphSize {
  const memory = cpuBuffer(question.alignmentBytes);
  const { chunks, peaks, nodes } = reserve(
    new OwnBuilder(question, parts, tokens, memory).build(),
    [cpuBackend(memory, memory)],
    { copies: 1, tellsPeaks: true, offload: false, inputLimit: Infinity, copiesUnusedInputs: false },
  );
  return { bytes: chunks[0]!.reduce((sum, chunk) => sum + chunk, 0), nodes, tokens, peak: peaks[0]! };
}

class OwnBuilder {
  readonly #question: OwnGraphQuestion;
  readonly #parts: OwnGraph;
  readonly #tokens: number;
  readonly #memory: BufferType;
  readonly #graph = new Graph();
  readonly #byName: ReadonlyMap<string, Tensor>;

  constructor(question: OwnGraphQuestion, parts: OwnGraph, tokens: number, memory: BufferType) {
    this.#question = question;
    this.#parts = parts;
    this.#tokens = tokens;
    this.#memory = memory;
    this.#byName = new Map(question.tensors.map((tensor) => [tensor.name, tensor]));
  }

  build(): Graph {
    const { geometry, cells, windowCells, parallel } = this.#question;
    const { layers } = geometry;
    const locations = this.#input(I32, [this.#tokens]);
    const windows = windowOf(geometry) > 0;
    const full = { cells, mask: this.#mask(cells), locations };
    const window = windows ? { cells: windowCells, mask: this.#mask(windowCells), locations } : full;
    const outputs = this.#input(I32, [parallel]);
    const positions = this.#input(I32, [this.#tokens]);
    let x = getRows(this.#weight("token_embd.weight"), this.#input(I32, [this.#tokens]));
    if (this.#parts.scalesEmbedding) x = like("scale", x);
    layers.forEach(({ mixer }, layer) => {
      const sees = mixer.kind === "attention" && mixer.span !== "full" ? window : full;
      const last = layer === layers.length - 1;
      let mixed = this.#attention(this.#norm(x, `blk.${layer}.attn_norm`), positions, sees, layer);
      if (this.#parts.normsAfter) mixed = this.#norm(mixed, `blk.${layer}.post_attention_norm`);
      let residual = x;
      if (last) {
        mixed = getRows(mixed, outputs);
        residual = getRows(residual, outputs);
      }
      const inner = like("add", mixed, residual);
      let fed = this.#feedForward(this.#norm(inner, `blk.${layer}.ffn_norm`), layer);
      if (this.#parts.normsAfter) fed = this.#norm(fed, `blk.${layer}.post_ffw_norm`);
      x = like("add", fed, inner);
    });
    const head = this.#byName.has("output.weight") ? "output.weight" : "token_embd.weight";
    this.#graph.expand(multiplyMatrix(this.#weight(head), this.#norm(x, "output_norm")));
    return this.#graph;
  }

  #attention(x: GraphTensor, positions: GraphTensor, sees: Seen, layer: number): GraphTensor {
    const { mixer } = this.#question.geometry.layers[layer]!;
    if (mixer.kind !== "attention") throw new Error(`layer ${layer} has no attention`);
    const { heads, kvHeads, keyLength, valueLength } = mixer;
    const project = (name: string, length: number, count: number): GraphTensor =>
      reshape(this.#linear(x, `blk.${layer}.${name}`), [length, count, this.#tokens]);
    const turned = (tensor: GraphTensor, norm: string): GraphTensor =>
      like("rope", this.#parts.normsHeads ? this.#norm(tensor, `blk.${layer}.${norm}`) : tensor, positions);
    const rotated = turned(project("attn_q", keyLength, heads), "attn_q_norm");
    const query = this.#parts.scalesQuery ? like("scale", rotated) : rotated;
    const key = turned(project("attn_k", keyLength, kvHeads), "attn_k_norm");
    const value = project("attn_v", valueLength, kvHeads);
    for (const tensor of [query, key, value]) this.#graph.expand(tensor);
    const mixed = this.#mix(query, key, value, sees);
    return this.#linear(reshape(mixed, [valueLength * heads, this.#tokens]), `blk.${layer}.attn_output`);
  }

  #mix(query: GraphTensor, key: GraphTensor, value: GraphTensor, { cells, mask, locations }: Seen): GraphTensor {
    const type = elementType(this.#question.cacheType) ?? F16;
    const [keyLength, kvHeads] = key.shape;
    const valueLength = value.shape[0];
    const flash = this.#question.flashAttention;
    const keys = this.#cache(type, [keyLength, kvHeads, cells, 1]);
    const values = this.#cache(type, flash ? [valueLength, kvHeads, cells, 1] : [cells, valueLength, kvHeads, 1]);
    const rows = (cache: GraphTensor, width: number): GraphTensor => reshape(cache, [width, cells]);
    this.#graph.expand(
      setRows(rows(keys, keyLength * kvHeads), reshape(key, [keyLength * kvHeads, this.#tokens]), locations),
    );
    const width = valueLength * kvHeads;
    this.#graph.expand(
      flash
        ? setRows(rows(values, width), reshape(value, [width, this.#tokens]), locations)
        : setRows(
            reshape(values, [1, cells, width]),
            permute(reshape(value, [width, 1, this.#tokens]), [2, 0, 1, 3]),
            locations,
          ),
    );
    const q = permute(query, [0, 2, 1, 3]);
    const k = permute(view(keys, [keyLength, kvHeads, cells], [keys.strides[1], keys.strides[2]]), [0, 2, 1, 3]);
    if (flash) {
      const seen = view(values, [valueLength, kvHeads, cells], [values.strides[1], values.strides[2]]);
      return flashAttention(q, k, permute(seen, [0, 2, 1, 3]), mask);
    }
    const scores = like("soft_max", multiplyMatrix(k, q), mask);
    const mixed = multiplyMatrix(
      view(values, [cells, valueLength, kvHeads], [values.strides[1], values.strides[2]]),
      scores,
    );
    const back = permute(mixed, [0, 2, 1, 3]);
    return contiguous(back, back.shape);
  }

  #feedForward(x: GraphTensor, layer: number): GraphTensor {
    const gate = this.#linear(x, `blk.${layer}.ffn_gate`);
    return this.#linear(like("glu", gate, this.#linear(x, `blk.${layer}.ffn_up`)), `blk.${layer}.ffn_down`);
  }

  #linear(x: GraphTensor, name: string): GraphTensor {
    const product = multiplyMatrix(this.#weight(`${name}.weight`), x);
    return this.#byName.has(`${name}.bias`) ? like("add", product, this.#weight(`${name}.bias`)) : product;
  }

  #norm(x: GraphTensor, name: string): GraphTensor {
    return like("mul", like("rms_norm", x), this.#weight(`${name}.weight`));
  }

  #mask(cells: number): GraphTensor {
    const mask = this.#input(F32, [cells, this.#tokens]);
    return this.#question.flashAttention ? cast(mask, F16) : mask;
  }

  /** In memory of its own: no part of what is counted. */
  #input(type: ElementType, shape: readonly number[]): GraphTensor {
    return this.#stored(type, [shape[0]!, shape[1] ?? 1, 1, 1], "cache");
  }

  #cache(type: ElementType, shape: Shape): GraphTensor {
    return this.#stored(type, shape, "cache");
  }

  #weight(name: string): GraphTensor {
    const tensor = this.#byName.get(name);
    if (tensor === undefined) throw new Error(`the model has no ${name}`);
    const [a = 1, b = 1, c = 1, d = 1] = tensor.shape;
    return this.#stored(elementType(tensor.type) ?? F32, [a, b, c, d], "weights");
  }

  #stored(type: ElementType, shape: Shape, usage: "weights" | "cache"): GraphTensor {
    return new GraphTensor("none", type, shape, [], { store: { bufferType: this.#memory, usage } });
  }
}

/** A cache's length and mask as one layer sees them. */
interface Seen {
  readonly cells: number;
  readonly mask: GraphTensor;
  readonly locations: GraphTensor;
}
