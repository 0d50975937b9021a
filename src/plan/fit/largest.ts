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

/** Tries along the line before the rest is halved too. */
const LINES = 3;

/**
 * Largest number in 0..most whose margin is not negative. Margins of memory fall nearly in a line, so each try is where the line
 * between the nearest known ones crosses zero: two or three tries instead of one a bit. 0 is not asked:
 * its margin may be handed in.
 */
export function largestWithMargin(most: number, marginOf: (count: number) => number, ofNone = Number.NaN): number {
  if (most <= 0) return 0;
  const last = marginOf(most);
  if (last >= 0) return most;
  const fits = { at: 0, margin: ofNone };
  const fails = { at: most, margin: last };
  const attempt = (at: number): void => {
    const margin = marginOf(at);
    Object.assign(margin >= 0 ? fits : fails, { at, margin });
  };
  let tries = 0;
  for (let between = most; between > 1; between = fails.at - fits.at) {
    tries += 1;
    const share = fits.margin / (fits.margin - fails.margin);
    const guess = fits.at + (Number.isFinite(share) ? Math.floor(between * share) : 1);
    attempt(Math.min(fails.at - 1, Math.max(fits.at + 1, guess)));
    // what does not fall in a line is halved
    if (tries > LINES && fails.at - fits.at > Math.max(2, between / 2)) attempt(Math.floor((fits.at + fails.at) / 2));
  }
  return fits.at;
}
