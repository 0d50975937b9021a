import type { CalibrationFactor } from "../../predict/speed/index.ts";

/** One measured rate beside what was predicted for it without calibration. */
export interface RateRun {
  readonly basePerSec: number;
  readonly measuredPerSec: number;
  /** tokens measured over */
  readonly tokens: number;
}

/** How many of the newest runs count; older ones met another driver, engine or load. */
const RUNS = 12;
/** A run counts this much of the next newer one. */
const FADE = 0.9;
/** A run over fewer tokens counts in proportion: single steps scatter. */
const FULL_TOKENS = 16;
/** Scatter between configurations of one machine before its own is known, in natural logarithm; counts as this many runs. */
const PRIOR = { scatter: 0.12, runs: 2 } as const;
/** No band is narrower: the same run twice differs by as much. */
const FLOOR = 0.05;

/**
 * The factor between measured and predicted rates on one machine, and how far to trust it.
 *
 * With ratios r_i = measured / predicted of the newest runs and weights w_i (newer and longer runs count more):
 * factor = exp(sum w_i ln r_i / sum w_i), a weighted geometric mean. Each run is then predicted from the others, and the
 * errors e_i = ln r_i - ln factor_without_i say how good such a prediction is here:
 *
 *     s^2 = (n0 s0^2 (1 + 1/n) + sum e_i^2 weighted) / (n0 + n),    spread = max(floor, t80(n0 + n - 1) s)
 *
 * where s0 and n0 stand for a machine that is not known yet and t80 is Student's two-sided 80% quantile. A single run
 * leaves nothing to leave out: it has only the prior.
 */
export function calibrate(newestFirst: readonly RateRun[]): CalibrationFactor | undefined {
  const runs = newestFirst
    .filter(({ tokens }) => tokens > 0)
    .slice(0, RUNS)
    .map(({ basePerSec, measuredPerSec, tokens }, age) => ({
      logRatio: Math.log(measuredPerSec / basePerSec),
      weight: FADE ** age * Math.min(1, tokens / FULL_TOKENS),
    }));
  const weights = runs.reduce((total, { weight }) => total + weight, 0);
  if (!(weights > 0)) return undefined;
  const mean = runs.reduce((total, { weight, logRatio }) => total + weight * logRatio, 0) / weights;

  const count = runs.length;
  let squares = 0;
  if (count > 1) {
    for (const { weight, logRatio } of runs) {
      const others = (weights * mean - weight * logRatio) / (weights - weight);
      squares += (weight / weights) * count * (logRatio - others) ** 2;
    }
  }
  const degrees = PRIOR.runs + (count > 1 ? count : 0);
  const variance = (PRIOR.runs * PRIOR.scatter ** 2 * (1 + 1 / count) + squares) / degrees;
  return {
    factor: Math.exp(mean),
    spread: Math.max(FLOOR, student80(degrees - 1) * Math.sqrt(variance)),
    runs: count,
  };
}

/** Two-sided 80% quantile of Student's distribution by degrees of freedom; 1.282 with many. */
function student80(degrees: number): number {
  return STUDENT80[Math.min(degrees, STUDENT80.length) - 1]!;
}
const STUDENT80 = [3.078, 1.886, 1.638, 1.533, 1.476, 1.44, 1.415, 1.397, 1.383, 1.372, 1.363, 1.356, 1.35, 1.345];
