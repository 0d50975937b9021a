import { formatNumber } from "../../facts/units/index.ts";
import type { CalibrationFactor, Pace, Worker } from "./speed.ts";
import { largest, type Step } from "./step.ts";

/** `tokens` a step as a pace with its band; a calibration moves it, and the machine's own spread replaces the general one. */
export function paceOf(step: Step, tokens: number, calibration: CalibrationFactor | undefined): Pace {
  const factor = calibration?.factor ?? 1;
  const half = calibration?.spread ?? step.spread / step.seconds;
  const tokensPerSec = (tokens / step.seconds) * factor;
  const whole = Object.values(step.worked).reduce((sum, seconds) => sum + seconds, 0);
  const share = (worker: Worker) => step.worked[worker] / whole;
  const formula = `${tokens}${tokens === 1 ? "" : " tokens"} / (${step.terms.join(" + ")})`;
  return {
    tokensPerSec,
    low: tokensPerSec * Math.exp(-half),
    high: tokensPerSec * Math.exp(half),
    bound: largest(step.spent),
    workers: { device: share("device"), host: share("host"), link: share("link"), disk: share("disk") },
    shareOfLimit: Math.min(1, (step.ideal / step.seconds) * factor),
    provenance: calibration ? "calibrated" : step.provenance,
    ...(step.derived ? { derived: step.derived } : {}),
    formula: calibration
      ? `${formula} x ${formatNumber(factor)} [this machine, ${calibration.runs} run${calibration.runs === 1 ? "" : "s"}]`
      : formula,
  };
}
