/** Largest number in 0..most that passes, found by halving: what passes at n must pass below n, and 0 is not asked. */
export function largestThat(most: number, passes: (count: number) => boolean): number {
  let low = 0;
  let high = most;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (passes(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
