import { formatNumber } from "../../facts/units/index.ts";
import type { CalibrationFactor, Pace } from "./speed.ts";

/**
 * A calibrated pace at `at`, where a machine's time for what is added from `added.from` on was measured apart. With B(n) the seconds
 * without calibration of a step at depth n (decode), of a whole prompt of n tokens (prefill), k0 = added.from, k1 = beyond.from:
 *
 *     seconds = B(k0) / factor + (B(at) - B(k0)) / added factor                                      up to k1
 *     seconds = B(k0) / factor + even(at) / added factor + (B(at) - B(k0) - even(at)) / beyond factor  from k1 on
 *     even(at) = (B(k1) - B(k0)) x (at - k0) / (k1 - k0)
 *
 * Undefined where the calibration knows nothing apart, or nothing is added.
 */
export function paceWithAdded(
  what: "decode" | "prefill",
  calibration: CalibrationFactor | undefined,
  base: (at: number) => Pace | undefined,
  at: number,
): Pace | undefined {
  const added = calibration?.added;
  if (!calibration || !added || at <= added.from) return undefined;
  const [near, far] = [base(added.from), base(at)];
  if (!near || !far) return undefined;
  const tokens = (where: number) => (what === "decode" ? 1 : where);
  const first = tokens(added.from) / near.tokensPerSec;
  const more = Math.max(0, tokens(at) / far.tokensPerSec - first);
  const { beyond } = added;
  const middle = beyond && at > beyond.from ? base(beyond.from) : undefined;
  let seconds = first / calibration.factor;
  if (beyond && middle) {
    const stretch = Math.max(0, tokens(beyond.from) / middle.tokensPerSec - first);
    const even = (stretch * (at - added.from)) / (beyond.from - added.from);
    seconds += even / added.factor + Math.max(0, more - even) / beyond.factor;
  } else seconds += more / added.factor;
  const tokensPerSec = tokens(at) / seconds;
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
