import { formatNumber } from "../../facts/units/index.ts";
import type { CalibrationFactor, Pace } from "./speed.ts";

/**
 * A calibrated pace at `at`, a depth or a prompt's length, where a machine's time for what is added from `added.from` on was
 * measured apart: seconds = base(from) / factor + (base(at) - base(from)) / added factor. `base`: the pace without calibration.
 * Undefined where the calibration knows nothing apart, or nothing is added.
 */
export function paceWithAdded(
  calibration: CalibrationFactor | undefined,
  base: (at: number) => Pace | undefined,
  at: number,
): Pace | undefined {
  const added = calibration?.added;
  if (!calibration || !added || at <= added.from) return undefined;
  const [near, far] = [base(added.from), base(at)];
  if (!near || !far) return undefined;
  const more = Math.max(0, 1 / far.tokensPerSec - 1 / near.tokensPerSec);
  const tokensPerSec = 1 / (1 / near.tokensPerSec / calibration.factor + more / added.factor);
  const half = calibration.spread;
  return {
    ...far,
    tokensPerSec,
    low: tokensPerSec * Math.exp(-half),
    high: tokensPerSec * Math.exp(half),
    shareOfLimit: Math.min(1, (far.shareOfLimit * tokensPerSec) / far.tokensPerSec),
    provenance: "calibrated",
    // one factor, so that the line can be redone like every other
    formula: `${far.formula} x ${formatNumber(tokensPerSec / far.tokensPerSec)} [this machine, ${calibration.runs} run${calibration.runs === 1 ? "" : "s"}]`,
  };
}
