/** A figure measured on a sample, with the interval in which its true value lies nineteen times out of twenty. */
export interface Measured {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Sum and count over a stretch of neighbours that are not independent of each other, as tokens of one text are not. */
export interface Block {
  readonly sum: number;
  readonly count: number;
}

/** Two-sided 95% quantile of the normal distribution. */
const Z = 1.959964;

/**
 * Mean over all blocks with a bootstrap interval (Efron and Tibshirani 1993, percentiles): the blocks are drawn again with
 * replacement `resamples` times, and the middle 95% of the means is the interval. Paired where a block's sum is a difference:
 * what both share falls out before anything is drawn. `random`: a seeded generator in [0, 1).
 */
export function bootstrapMean(blocks: readonly Block[], random: () => number, resamples = 2000): Measured {
  const value = meanOf(blocks);
  if (blocks.length < 2) return { value, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const means = Float64Array.from({ length: resamples }, () =>
    meanOf(blocks.map(() => blocks[Math.floor(random() * blocks.length)]!)),
  ).sort();
  return { value, low: quantile(means, 0.025), high: quantile(means, 0.975) };
}

/** Share of successes with Wilson's score interval (Wilson 1927): sensible also where all or none succeed. */
export function shareOf(successes: number, trials: number): Measured {
  if (trials === 0) return { value: Number.NaN, low: 0, high: 1 };
  const share = successes / trials;
  const middle = (share + Z ** 2 / (2 * trials)) / (1 + Z ** 2 / trials);
  const half = (Z / (1 + Z ** 2 / trials)) * Math.sqrt((share * (1 - share)) / trials + Z ** 2 / (4 * trials ** 2));
  return { value: share, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/** Outcomes of the same trials under two conditions: how many only the first passed, how many only the second. */
export interface Discordant {
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly trials: number;
}

/**
 * Difference of two paired shares, first minus second. Interval: adjusted Wald with one discordant pair added each way
 * (Bonett and Price 2012), which does not collapse to a point where no pair differs, as a bootstrap would.
 */
export function pairedDifference({ onlyFirst, onlySecond, trials }: Discordant): Measured {
  if (trials === 0) return { value: Number.NaN, low: -1, high: 1 };
  const first = (onlyFirst + 1) / (trials + 2);
  const second = (onlySecond + 1) / (trials + 2);
  const middle = first - second;
  const half = Z * Math.sqrt((first + second - middle ** 2) / (trials + 2));
  return {
    value: (onlyFirst - onlySecond) / trials,
    low: Math.max(-1, middle - half),
    high: Math.min(1, middle + half),
  };
}

/** Exact two-sided p of McNemar's test: the discordant pairs as throws of a fair coin. */
export function mcnemar({ onlyFirst, onlySecond }: Omit<Discordant, "trials">): number {
  const throws = onlyFirst + onlySecond;
  const least = Math.min(onlyFirst, onlySecond);
  let tail = 0;
  let ways = 1; // binomial coefficient over 2^throws, as it grows
  for (let heads = 0; heads <= least; heads += 1) {
    tail += ways / 2 ** throws;
    ways = (ways * (throws - heads)) / (heads + 1);
  }
  return Math.min(1, 2 * tail);
}

function meanOf(blocks: readonly Block[]): number {
  let sum = 0;
  let count = 0;
  for (const block of blocks) {
    sum += block.sum;
    count += block.count;
  }
  return sum / count;
}

/** Of sorted values, linear between neighbours. */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const next = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return sorted[below]! + (at - below) * (next - sorted[below]!);
}
