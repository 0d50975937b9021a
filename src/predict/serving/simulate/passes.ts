/**
 * Micro-batches of a step where each sequence has a cache of its own (llama.cpp's `split_equal`): one takes sequences whose places
 * follow one another, equally many tokens of each, until the first of them has none left or the micro-batch is full. So a prompt beside
 * those who draw is cut once more, and so is who draws out of order. One object is filled anew for every step.
 */
export class EqualPasses {
  /** in the order in which the engine adds them: places of their caches, and tokens not yet in a micro-batch */
  readonly #places: Int32Array;
  readonly #left: Int32Array;
  /** by place: where in this order it is, of this step or an earlier one */
  readonly #at: Int32Array;
  #count = 0;

  /** @param sequences how many there are, places from 0 on */
  constructor(sequences: number) {
    this.#places = new Int32Array(sequences);
    this.#left = new Int32Array(sequences);
    this.#at = new Int32Array(sequences + 1);
  }

  clear(): void {
    this.#count = 0;
  }

  /** The next in order; each place once. */
  add(place: number, tokens: number): void {
    if (tokens <= 0) return;
    this.#places[this.#count] = place;
    this.#left[this.#count] = tokens;
    this.#at[place] = this.#count++;
  }

  /** Tokens of each micro-batch. */
  cut(microBatchTokens: number): number[] {
    const left = this.#left;
    const passes: number[] = [];
    // before `from` nobody has anything left
    for (let from = 0; ;) {
      while (from < this.#count && left[from] === 0) from++;
      if (from === this.#count) return passes;
      let size = 0;
      let least = Infinity;
      for (let at = from; at >= 0 && size <= microBatchTokens; at = this.#next(at)) {
        size++;
        least = Math.min(least, left[at]!);
      }
      const each = Math.min(least, Math.max(1, Math.floor(microBatchTokens / size)));
      for (let at = from, after = from, taken = 0; taken < size; taken++, at = after) {
        after = this.#next(at);
        left[at]! -= each;
      }
      passes.push(each * size);
    }
  }

  /** Whose place follows, where it also comes later and has something left; -1: none. */
  #next(at: number): number {
    const place = this.#places[at]! + 1;
    const next = this.#at[place]!;
    return next > at && next < this.#count && this.#places[next] === place && this.#left[next]! > 0 ? next : -1;
  }
}

/** Micro-batches of a step where all share one cache: whole ones, and what is left. */
export function simplePasses(tokens: number, microBatchTokens: number): number[] {
  const passes: number[] = [];
  for (let left = tokens; left > 0; left -= microBatchTokens) passes.push(Math.min(left, microBatchTokens));
  return passes;
}
