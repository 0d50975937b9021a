/** Percentiles with the number of values behind them: a p99 of fewer than 100 is the maximum under another name. */
export interface Distribution {
  readonly n: number;
  readonly mean: number;
  readonly min: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  /** standard deviation of these values (divisor n) */
  readonly deviation: number;
}

/** By linear interpolation between order statistics (numpy's default, Hyndman and Fan type 7). Undefined: no values. */
export function distributionOf(values: ArrayLike<number>): Distribution | undefined {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  if (n === 0) return undefined;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / n;
  const at = (percent: number) => percentile(sorted, percent);
  return {
    n,
    mean,
    min: sorted[0]!,
    p50: at(50),
    p90: at(90),
    p95: at(95),
    p99: at(99),
    max: sorted[n - 1]!,
    deviation: Math.sqrt(sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n),
  };
}

/** Of ascending values: position (n - 1) * percent / 100, interpolated. NaN of none. */
export function percentile(sorted: ArrayLike<number>, percent: number): number {
  const position = ((sorted.length - 1) * percent) / 100;
  const below = Math.floor(position);
  const low = sorted[below] ?? NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? NaN;
  return low + (high - low) * (position - below);
}

/** Of ascending values: the smallest that at least this share does not exceed (inverse of the distribution function). */
export function nearestRank(sorted: ArrayLike<number>, percent: number): number {
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? NaN;
}
