/** Most pieces one compute buffer is split into (GGML_VBUFFER_MAX_CHUNKS). */
const MAX_CHUNKS = 16;
const ENDLESS = Number.MAX_SAFE_INTEGER;

interface Block {
  offset: number;
  size: number;
}

interface Chunk {
  /** free blocks by address; the last is the open end */
  readonly free: Block[];
  /** highest address in use so far */
  highWater: number;
}

/** Where a tensor came to lie. */
export interface Address {
  readonly chunk: number;
  readonly offset: number;
}

/**
 * The engine's allocator of one compute buffer (ggml-alloc.c, `ggml_dyn_tallocr`): best fit among closed free blocks, the open end
 * only where nothing else fits, and a new chunk where the device's largest allocation is reached. Nothing is ever moved; the
 * high-water mark is what the engine will ask the device for.
 */
export class ChunkAllocator {
  readonly #alignment: number;
  readonly #maxChunkBytes: number;
  #chunks: Chunk[] = [];
  /** how often the high-water mark has risen */
  grown = 0;

  constructor(alignment: number, maxChunkBytes: number) {
    this.#alignment = alignment;
    this.#maxChunkBytes = Math.min(maxChunkBytes, ENDLESS);
  }

  reset(): void {
    this.#chunks = [];
    this.grown = 0;
  }

  /** High-water mark of every chunk, in bytes. */
  sizes(): number[] {
    return this.#chunks.map((chunk) => chunk.highWater);
  }

  allocate(bytes: number): Address {
    const size = this.align(bytes);
    const [index, at] = this.#closedBlock(size) ?? this.#openEnd(size) ?? [this.#newChunk(size), 0];
    const chunk = this.#chunks[index]!;
    const block = chunk.free[at]!;
    const { offset } = block;
    block.offset += size;
    block.size -= size;
    if (block.size === 0) chunk.free.splice(at, 1);
    if (offset + size > chunk.highWater) {
      chunk.highWater = offset + size;
      this.grown += 1;
    }
    return { chunk: index, offset };
  }

  /** Gives a range back. A range of no bytes is given back too: it leaves a mark that can keep two neighbours from merging. */
  free({ chunk, offset }: Address, bytes: number): void {
    const size = this.align(bytes);
    const { free } = this.#chunks[chunk]!;
    for (let at = 0; at < free.length; at++) {
      const block = free[at]!;
      if (block.offset + block.size === offset) {
        block.size += size;
        const next = free[at + 1];
        if (next !== undefined && block.offset + block.size === next.offset) {
          block.size += next.size;
          free.splice(at + 1, 1);
        }
        return;
      }
      if (offset + size === block.offset) {
        block.offset = offset;
        block.size += size;
        const before = free[at - 1];
        if (before !== undefined && before.offset + before.size === offset) {
          before.size += block.size;
          free.splice(at, 1);
        }
        return;
      }
    }
    const behind = free.findIndex((block) => block.offset >= offset);
    free.splice(behind < 0 ? free.length : behind, 0, { offset, size });
  }

  align(bytes: number): number {
    return Math.ceil(bytes / this.#alignment) * this.#alignment;
  }

  /** The tightest closed block. Each chunk is searched afresh, so a later chunk's block wins over a tighter earlier one. */
  #closedBlock(size: number): [chunk: number, block: number] | undefined {
    let found: [number, number] | undefined;
    for (let index = 0; index < this.#chunks.length; index++) {
      const { free } = this.#chunks[index]!;
      let best = Infinity;
      for (let at = 0; at < free.length - 1; at++) {
        const { size: room } = free[at]!;
        if (room >= size && room <= best) {
          best = room;
          found = [index, at];
        }
      }
    }
    return found;
  }

  /** The open end that grows its chunk least. */
  #openEnd(size: number): [chunk: number, block: number] | undefined {
    let found: [number, number] | undefined;
    let bestReuse = -Infinity;
    for (let index = 0; index < this.#chunks.length; index++) {
      const { free, highWater } = this.#chunks[index]!;
      const last = free.at(-1);
      if (last === undefined || last.size < size) continue;
      const reuse = highWater - last.offset - size;
      if ((bestReuse < 0 && reuse > bestReuse) || (reuse >= 0 && reuse < bestReuse)) {
        found = [index, free.length - 1];
        bestReuse = reuse;
      }
    }
    return found;
  }

  #newChunk(minBytes: number): number {
    const last = this.#chunks.length === MAX_CHUNKS - 1;
    const room = last ? ENDLESS : Math.max(minBytes, this.#maxChunkBytes);
    this.#chunks.push({ free: [{ offset: 0, size: room }], highWater: 0 });
    return this.#chunks.length - 1;
  }
}
