/** What a series of arrivals is like, whatever it calls itself. */
export interface ArrivalStatistics {
  readonly n: number;
  /** gaps per time between first and last */
  readonly ratePerSec: number;
  /** variance by mean of the counts in equal windows: 1 Poisson, 0 constant, above 1 in bursts */
  readonly fano: number;
  readonly windows: number;
  /** correlation of each gap with the next: 0 where gaps are independent */
  readonly lag1: number;
  /** standard deviation by mean of the gaps: 1 Poisson, 0 constant; blind to repeated gaps, which Fano and lag-1 see */
  readonly gapVariation: number;
}

/** Of ascending times in milliseconds. Windows begin at the first arrival; the one cut off at the end is left out. */
export function arrivalStatistics(timesMs: ArrayLike<number>, windowMs = 1000): ArrivalStatistics {
  const n = timesMs.length;
  const first = timesMs[0] ?? 0;
  const spanMs = (timesMs[n - 1] ?? 0) - first;
  const windows = Math.floor(spanMs / windowMs);
  const counts = new Float64Array(windows);
  const gaps = new Float64Array(Math.max(0, n - 1));
  for (let index = 0; index < n; index++) {
    const window = Math.floor((timesMs[index]! - first) / windowMs);
    if (window < windows) counts[window]!++;
    if (index > 0) gaps[index - 1] = timesMs[index]! - timesMs[index - 1]!;
  }
  const count = momentsOf(counts);
  const gap = momentsOf(gaps);
  let together = 0;
  for (let index = 1; index < gaps.length; index++)
    together += (gaps[index]! - gap.mean) * (gaps[index - 1]! - gap.mean);
  return {
    n,
    ratePerSec: spanMs > 0 ? ((n - 1) * 1000) / spanMs : 0,
    fano: count.mean > 0 ? count.variance / count.mean : 0,
    windows,
    // gaps that differ by rounding alone are equal gaps, whose correlation is noise
    lag1: Math.sqrt(gap.variance) > 1e-9 * gap.mean ? together / (gap.variance * gaps.length) : 0,
    gapVariation: gap.mean > 0 ? Math.sqrt(gap.variance) / gap.mean : 0,
  };
}

function momentsOf(values: Float64Array): { mean: number; variance: number } {
  if (values.length === 0) return { mean: 0, variance: 0 };
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
}
