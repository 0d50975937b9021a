/**
 * When each of a fixed number of sources has its next event: the least first, equal times in the order of the sources, so that equal
 * seeds give equal bytes. Times lie in one array, places in another; nothing is allocated while it runs.
 */
export class FlatHeap {
  readonly #times: Float64Array;
  /** sources in heap order */
  readonly #heap: Int32Array;
  /** where a source stands in the heap */
  readonly #places: Int32Array;

  constructor(sources: number) {
    this.#times = new Float64Array(sources).fill(Infinity);
    this.#heap = Int32Array.from({ length: sources }, (_, source) => source);
    this.#places = Int32Array.from(this.#heap);
  }

  /** the source that is next */
  get first(): number {
    return this.#heap[0]!;
  }

  /** its time, ms; Infinity: nothing comes any more */
  get firstMs(): number {
    return this.#times[this.#heap[0]!]!;
  }

  timeOf(source: number): number {
    return this.#times[source]!;
  }

  /** Infinity: nothing to come */
  set(source: number, atMs: number): void {
    const before = this.#times[source]!;
    if (before === atMs) return;
    this.#times[source] = atMs;
    if (atMs < before) this.#up(source);
    else this.#down(source);
  }

  #before(a: number, b: number): boolean {
    const [one, other] = [this.#times[a]!, this.#times[b]!];
    return one < other || (one === other && a < b);
  }

  #up(source: number): void {
    const heap = this.#heap;
    const places = this.#places;
    let at = places[source]!;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above]!;
      if (!this.#before(source, parent)) break;
      heap[at] = parent;
      places[parent] = at;
      at = above;
    }
    heap[at] = source;
    places[source] = at;
  }

  #down(source: number): void {
    const heap = this.#heap;
    const places = this.#places;
    const length = heap.length;
    let at = places[source]!;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= length) break;
      if (below + 1 < length && this.#before(heap[below + 1]!, heap[below]!)) below++;
      const child = heap[below]!;
      if (!this.#before(child, source)) break;
      heap[at] = child;
      places[child] = at;
      at = below;
    }
    heap[at] = source;
    places[source] = at;
  }
}
