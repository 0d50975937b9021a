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
  const left = parts.map(({ tokens }) => tokens);
  const passes: number[] = [];
  for (;;) {
    const group: number[] = [];
    let least = Infinity;
    let last = -1;
    for (const [at, { sequence }] of parts.entries()) {
      if (left[at]! <= 0 || (group.length > 0 && sequence !== last + 1)) continue;
      group.push(at);
      last = sequence;
      least = Math.min(least, left[at]!);
      if (group.length > microBatchTokens) break;
    }
    if (group.length === 0) return passes;
    const each = Math.min(least, Math.max(1, Math.floor(microBatchTokens / group.length)));
    for (const at of group) left[at]! -= each;
    passes.push(each * group.length);
  }
}

/** Micro-batches of a step where all share one cache: whole ones, and what is left. */
export function simplePasses(tokens: number, microBatchTokens: number): number[] {
  const passes: number[] = [];
  for (let left = tokens; left > 0; left -= microBatchTokens) passes.push(Math.min(left, microBatchTokens));
  return passes;
}
