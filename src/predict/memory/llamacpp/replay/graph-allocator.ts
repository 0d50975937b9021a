import type { BufferType } from "../backends/buffer.ts";
import type { ElementType } from "../graph/element.ts";
import { sameLayout, type GraphTensor, type Operation, type Shape } from "../graph/tensor.ts";
import { ChunkAllocator } from "./chunks.ts";

/** A tensor together with the compute buffer (index of its back end) it is meant for. */
export interface Placed {
  readonly tensor: GraphTensor;
  readonly buffer: number;
}

/** A tensor that lay in a buffer, without the graph that it was part of: graphs are large. */
export interface Held {
  readonly name: string;
  /** as allocated, with padding and scratch */
  readonly bytes: number;
  readonly shape: Shape;
  readonly type: ElementType;
}

/** Operations whose result may take over an operand's memory (`ggml_op_can_inplace`). */
const IN_PLACE: ReadonlySet<Operation> = new Set<Operation>([
  "add",
  "add_id",
  "clamp",
  "div",
  "fill",
  "mul",
  "rms_norm",
  "rope",
  "scale",
  "soft_max",
  "sqr",
  "sqrt",
  "sub",
  "unary",
]);

/**
 * Replays the engine's graph allocator (ggml-alloc.c, `ggml_gallocr`) on a scheduled graph: leaves first, then node after node; a
 * tensor's memory is given back when its last reader and its last view are done; outputs are never given back. Returns the
 * high-water marks of every buffer, chunk by chunk.
 */
export class GraphAllocator {
  readonly #types: readonly BufferType[];
  readonly #chunks: readonly ChunkAllocator[];
  readonly #live: readonly Set<GraphTensor>[];
  readonly #peaks: (readonly GraphTensor[])[];
  readonly #tellsPeaks: boolean;

  constructor(types: readonly BufferType[], tellsPeaks = true) {
    this.#types = types;
    this.#tellsPeaks = tellsPeaks;
    this.#chunks = types.map((type) => new ChunkAllocator(type.alignmentBytes, type.maxBytes));
    this.#live = types.map(() => new Set());
    this.#peaks = types.map(() => []);
  }

  reserve(nodes: readonly Placed[], leaves: readonly Placed[]): number[][] {
    for (const chunks of this.#chunks) chunks.reset();
    for (const live of this.#live) live.clear();
    for (const { tensor, buffer } of leaves) this.#allocate(tensor, buffer);
    // these loops count: until they are compiled, iterators and what they take apart are most of the garbage
    for (let at = 0; at < nodes.length; at++) {
      const placed = nodes[at]!;
      const tensor = placed.tensor;
      const sources = tensor.sources;
      // dependency nodes (operation "none") hold their source but are no view that anything reads
      if (tensor.owner !== undefined && tensor.operation !== "none") tensor.owner.views += 1;
      if (tensor.input) this.#allocate(tensor, placed.buffer);
      for (let index = 0; index < sources.length; index++) {
        const source = sources[index];
        if (source === undefined) continue;
        source.children += 1;
        if (source.input) this.#allocate(source, placed.buffer);
      }
    }
    for (let at = 0; at < nodes.length; at++) {
      const placed = nodes[at]!;
      const tensor = placed.tensor;
      const sources = tensor.sources;
      for (let index = 0; index < sources.length; index++) {
        const source = sources[index];
        if (source !== undefined) this.#allocate(source, placed.buffer);
      }
      this.#allocate(tensor, placed.buffer);
      for (let index = 0; index < sources.length; index++) {
        const source = sources[index];
        if (source !== undefined) this.#release(source);
      }
    }
    return this.#chunks.map((chunks) => chunks.sizes());
  }

  /** What lay in each buffer when it last grew. */
  peaks(): (readonly Held[])[] {
    return this.#peaks.map((peak, buffer) =>
      peak.map((tensor) => {
        const bytes = this.#chunks[buffer]!.align(this.#types[buffer]!.allocationBytes(tensor));
        return { name: nameOf(tensor), bytes, shape: tensor.shape, type: tensor.type };
      }),
    );
  }

  #allocate(tensor: GraphTensor, buffer: number): void {
    if (tensor.allocated || tensor.store !== undefined || tensor.owner !== undefined) return;
    tensor.allocated = true;
    if (IN_PLACE.has(tensor.operation) && this.#takeOver(tensor)) return;
    const chunks = this.#chunks[buffer]!;
    const before = chunks.grown;
    const address = chunks.allocate(this.#types[buffer]!.allocationBytes(tensor));
    if (this.#tellsPeaks) {
      this.#live[buffer]!.add(tensor);
      if (chunks.grown > before) this.#peaks[buffer] = [...this.#live[buffer]!];
    }
    tensor.buffer = buffer;
    tensor.chunk = address.chunk;
    tensor.offset = address.offset;
  }

  /** A view is never a candidate: only the tensor that owns memory can hand it on. */
  #takeOver(tensor: GraphTensor): boolean {
    const sources = tensor.sources;
    for (let index = 0; index < sources.length; index++) {
      const parent = sources[index];
      if (parent === undefined || !parent.allocated || parent.output) continue;
      if (parent.children !== 1 || parent.views !== 0 || !sameLayout(tensor, parent)) continue;
      tensor.buffer = parent.buffer;
      tensor.chunk = parent.chunk;
      tensor.offset = parent.offset;
      parent.allocated = false;
      if (this.#tellsPeaks) {
        this.#live[parent.buffer]!.delete(parent);
        this.#live[parent.buffer]!.add(tensor);
      }
      this.#freeRest(tensor, parent);
      return true;
    }
    return false;
  }

  /** What the parent had beyond the new tensor's need (scratch of its operation) is free again. */
  #freeRest(tensor: GraphTensor, parent: GraphTensor): void {
    const type = this.#types[parent.buffer]!;
    const chunks = this.#chunks[parent.buffer]!;
    const had = chunks.align(type.allocationBytes(parent));
    const needs = chunks.align(type.allocationBytes(tensor));
    if (had > needs) chunks.free({ chunk: parent.chunk, offset: parent.offset + needs }, had - needs);
  }

  #release(tensor: GraphTensor): void {
    tensor.children -= 1;
    if (tensor.children !== 0 || tensor.views !== 0) return;
    const { owner } = tensor;
    if (owner === undefined) {
      if (tensor.allocated) this.#free(tensor);
      return;
    }
    owner.views -= 1;
    if (owner.views === 0 && owner.children === 0 && owner.allocated) this.#free(owner);
  }

  #free(tensor: GraphTensor): void {
    if (tensor.output) return;
    if (this.#tellsPeaks) this.#live[tensor.buffer]!.delete(tensor);
    this.#chunks[tensor.buffer]!.free(tensor, this.#types[tensor.buffer]!.allocationBytes(tensor));
    tensor.allocated = false;
  }
}

/** A product is named by its matrix, also where that was copied to the device for it. */
function nameOf({ name, operation, sources }: GraphTensor): string {
  if (name !== undefined) return name;
  const matrix = operation === "mul_mat" || operation === "mul_mat_id" ? sources[0]?.name : undefined;
  return matrix === undefined ? operation : `product with ${matrix.replace("copy of ", "").replace(".weight", "")}`;
}
