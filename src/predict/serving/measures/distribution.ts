import { percentile } from "./percentile.ts";
import { selectPlaces } from "./selection.ts";

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

const PERCENTS = [50, 90, 95, 99] as const;

/** By linear interpolation between order statistics (numpy's default, Hyndman and Fan type 7). Undefined: no values. */
export function distributionOf(of: ArrayLike<number>): Distribution | undefined {
  // a frontier asks for thousands of these: no sort, no iterator, no function a value
  const values = new Float64Array(of);
  const n = values.length;
  if (n === 0) return undefined;
  let total = 0;
  let min = Infinity;
  let max = -Infinity;
  for (let index = 0; index < n; index += 1) {
    const value = values[index]!;
    total += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const mean = total / n;
  let squares = 0;
  for (let index = 0; index < n; index += 1) squares += (values[index]! - mean) ** 2;
  selectPlaces(
    values,
    PERCENTS.flatMap((percent) => {
      const below = Math.floor(((n - 1) * percent) / 100);
      return [below, Math.min(below + 1, n - 1)];
    }),
  );
  const [p50, p90, p95, p99] = PERCENTS.map((percent) => percentile(values, percent));
  return {
    n,
    mean,
    min,
    p50: p50!,
    p90: p90!,
    p95: p95!,
    p99: p99!,
    max,
    deviation: Math.sqrt(squares / n),
  };
}
