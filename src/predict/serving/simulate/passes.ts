/** Tokens of one sequence in a step, in the order in which the engine adds them. */
export interface Part {
  /** place of its cache among all */
  readonly sequence: number;
  readonly tokens: number;
}

/**
 * Micro-batches of a step where each sequence has a cache of its own (llama.cpp's `split_equal`): one takes sequences whose places
 * follow one another, equally many tokens of each, until the first of them has none left or the micro-batch is full. So a prompt beside
 * those who draw is cut once more, and so is who draws out of order. Returns the tokens of each.
 */
export function equalPasses(parts: readonly Part[], microBatchTokens: number): number[] {
  const passes: number[] = [];
  const sequences = Int32Array.from(parts, ({ sequence }) => sequence);
  const left = Int32Array.from(parts, ({ tokens }) => tokens);
  const group = new Int32Array(parts.length);
  // before `from` nobody has anything left
  for (let from = 0; ;) {
    while (from < left.length && left[from]! <= 0) from++;
    if (from === left.length) return passes;
    let size = 0;
    let least = Infinity;
    let last = -1;
    for (let at = from; at < left.length && size <= microBatchTokens; at++) {
      if (left[at]! <= 0 || (size > 0 && sequences[at] !== last + 1)) continue;
      group[size++] = at;
      last = sequences[at]!;
      least = Math.min(least, left[at]!);
    }
    const each = Math.min(least, Math.max(1, Math.floor(microBatchTokens / size)));
    for (let at = 0; at < size; at++) left[group[at]!]! -= each;
    passes.push(each * size);
  }
}

/** Micro-batches of a step where all share one cache: whole ones, and what is left. */
export function simplePasses(tokens: number, microBatchTokens: number): number[] {
  const passes: number[] = [];
  for (let left = tokens; left > 0; left -= microBatchTokens) passes.push(Math.min(left, microBatchTokens));
  return passes;
}
