import { formatNumber } from "../../facts/units/index.ts";
import type { CalibrationFactor, Pace } from "./speed.ts";
import { largest, type Step } from "./step.ts";

/** `tokens` a step as a pace with its band; a calibration moves it, and the machine's own spread replaces the general one. */
export function paceOf(step: Step, tokens: number, calibration: CalibrationFactor | undefined): Pace {
  const factor = calibration?.factor ?? 1;
  const half = calibration?.spread ?? step.spread / step.seconds;
  const tokensPerSec = (tokens / step.seconds) * factor;
  const formula = `${tokens}${tokens === 1 ? "" : " tokens"} / (${step.terms.join(" + ")})`;
  return {
    tokensPerSec,
    low: tokensPerSec * Math.exp(-half),
    high: tokensPerSec * Math.exp(half),
    bound: largest(step.spent),
    shareOfLimit: Math.min(1, (step.ideal / step.seconds) * factor),
    provenance: calibration ? "calibrated" : step.provenance,
    formula: calibration
      ? `${formula} x ${formatNumber(factor)} [this machine, ${calibration.runs} run${calibration.runs === 1 ? "" : "s"}]`
      : formula,
  };
}
