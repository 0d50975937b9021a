/** A point of a sweep: what was asked (users or requests a second), what came, how long one took. */
export interface SweepPoint {
  readonly load: number;
  readonly tokensPerSec: number;
  /** median from schedule to end */
  readonly latencyMs: number;
}

export interface Knee {
  /** place in the list */
  readonly index: number;
  /** the last point is the best so far: the knee may lie beyond the sweep */
  readonly beyond: boolean;
}

/** Where throughput by latency is highest (Kleinrock's power): below it capacity is idle, above it waits grow faster than output. */
export function kneeOf(points: readonly SweepPoint[]): Knee | undefined {
  let index = -1;
  let best = 0;
  for (const [at, point] of points.entries()) {
    const power = point.latencyMs > 0 ? point.tokensPerSec / point.latencyMs : 0;
    if (power > best) [index, best] = [at, power];
  }
  return index < 0 ? undefined : { index, beyond: points.length > 1 && index === points.length - 1 };
}
