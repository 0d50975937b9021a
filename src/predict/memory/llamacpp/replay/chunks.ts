/** Most pieces one compute buffer is split into (GGML_VBUFFER_MAX_CHUNKS). */
const MAX_CHUNKS = 16;
const ENDLESS = Number.MAX_SAFE_INTEGER;

interface Chunk {
  /** free blocks by address; the last is the open end */
  readonly offsets: number[];
  readonly sizes: number[];
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

  constructor(alignment: number, maxChunkBytes: number) {
    this.#alignment = alignment;
    this.#maxChunkBytes = Math.min(maxChunkBytes, ENDLESS);
  }

  reset(): void {
    this.#chunks = [];
  }

  /** High-water mark of every chunk, in bytes. */
  sizes(): number[] {
    return this.#chunks.map((chunk) => chunk.highWater);
  }

  allocate(bytes: number): Address {
    const size = this.align(bytes);
    const [chunkIndex, block] = this.#closedBlock(size) ?? this.#openEnd(size) ?? [this.#newChunk(size), 0];
    const chunk = this.#chunks[chunkIndex]!;
    const offset = chunk.offsets[block]!;
    chunk.offsets[block] = offset + size;
    chunk.sizes[block] = chunk.sizes[block]! - size;
    if (chunk.sizes[block] === 0) remove(chunk, block);
    chunk.highWater = Math.max(chunk.highWater, offset + size);
    return { chunk: chunkIndex, offset };
  }

  /** Gives a range back. A range of no bytes is given back too: it leaves a mark that can keep two neighbours from merging. */
  free({ chunk: index, offset }: Address, bytes: number): void {
    const size = this.align(bytes);
    const chunk = this.#chunks[index]!;
    const { offsets, sizes } = chunk;
    for (let block = 0; block < offsets.length; block++) {
      if (offsets[block]! + sizes[block]! === offset) {
        sizes[block] = sizes[block]! + size;
        if (block + 1 < offsets.length && offsets[block]! + sizes[block]! === offsets[block + 1]) {
          sizes[block] = sizes[block]! + sizes[block + 1]!;
          remove(chunk, block + 1);
        }
        return;
      }
      if (offset + size === offsets[block]) {
        offsets[block] = offset;
        sizes[block] = sizes[block]! + size;
        if (block > 0 && offsets[block - 1]! + sizes[block - 1]! === offset) {
          sizes[block - 1] = sizes[block - 1]! + sizes[block]!;
          remove(chunk, block);
        }
        return;
      }
    }
    let place = 0;
    while (place < offsets.length && offsets[place]! < offset) place++;
    offsets.splice(place, 0, offset);
    sizes.splice(place, 0, size);
  }

  align(bytes: number): number {
    return Math.ceil(bytes / this.#alignment) * this.#alignment;
  }

  /** The tightest closed block. Each chunk is searched afresh, so a later chunk's block wins over a tighter earlier one. */
  #closedBlock(size: number): [chunk: number, block: number] | undefined {
    let found: [number, number] | undefined;
    for (let index = 0; index < this.#chunks.length; index++) {
      const { sizes } = this.#chunks[index]!;
      let best = Infinity;
      for (let block = 0; block < sizes.length - 1; block++) {
        if (sizes[block]! >= size && sizes[block]! <= best) {
          best = sizes[block]!;
          found = [index, block];
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
      const chunk = this.#chunks[index]!;
      const last = chunk.sizes.length - 1;
      if (last < 0 || chunk.sizes[last]! < size) continue;
      const reuse = chunk.highWater - chunk.offsets[last]! - size;
      if ((bestReuse < 0 && reuse > bestReuse) || (reuse >= 0 && reuse < bestReuse)) {
        found = [index, last];
        bestReuse = reuse;
      }
    }
    return found;
  }

  #newChunk(minBytes: number): number {
    const last = this.#chunks.length === MAX_CHUNKS - 1;
    const room = last ? ENDLESS : Math.max(minBytes, this.#maxChunkBytes);
    this.#chunks.push({ offsets: [0], sizes: [room], highWater: 0 });
    return this.#chunks.length - 1;
  }
}

function remove(chunk: Chunk, block: number): void {
  chunk.offsets.splice(block, 1);
  chunk.sizes.splice(block, 1);
}
