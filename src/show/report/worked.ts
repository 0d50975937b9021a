import {
  formatBytes,
  formatDuration,
  formatExactBytes,
  formatNumber,
  formatPace,
  formatPaceBand,
} from "../../facts/units/index.ts";
import type { Estimate } from "../../predict/estimate/index.ts";
import type { Pace } from "../../predict/speed/index.ts";
import type { Worked } from "./document.ts";

/** A tree of bytes with its arithmetic, as `explain` says it. */
export function workedBytes(node: Estimate): Worked {
  const { label, value, low, high, provenance, parts = [], because } = node;
  const interval = low === undefined ? "" : `, from ${formatBytes(low)} to ${formatBytes(high ?? value)}`;
  const how = parts.length > 1 ? `the sum of ${parts.length} below` : parts.length === 1 ? "the one below" : provenance;
  return {
    label,
    value: `${formatBytes(value)} = ${formatExactBytes(value)}${interval}`,
    how,
    lines: workings(node),
    ...(because === undefined ? {} : { because }),
    parts: parts.map(workedBytes),
  };
}

/** A pace with the factors of its band; below it the rates and times in its arithmetic, but for those that were told already. */
export function workedPace(label: string, pace: Pace, told: Set<string>): Worked {
  const { tokensPerSec, low, high, formula, provenance, derived = [] } = pace;
  const rate = formatPace(tokensPerSec);
  return {
    label,
    value: `${rate}, 80% band ${formatPaceBand(low, high)}`,
    how: provenance,
    lines: workings({
      formula,
      lowFormula: `${rate} / ${formatNumber(tokensPerSec / low)}`,
      highFormula: `${rate} x ${formatNumber(high / tokensPerSec)}`,
    }),
    parts: derived.flatMap((one) => {
      const key = `${one.label} ${one.value} ${one.formula}`;
      if (told.has(key)) return [];
      told.add(key);
      return [
        {
          label: one.label,
          value: one.value,
          how: one.formula === undefined ? "constant" : "formula",
          lines: workings(one.formula === undefined ? {} : { formula: one.formula }),
          ...(one.because === undefined ? {} : { because: one.because }),
          parts: [],
        },
      ];
    }),
  };
}

/** A duration that is tokens over paces. */
export function workedTime(
  label: string,
  { value, low, high }: { readonly value: number; readonly low: number; readonly high: number },
  at: (end: "tokensPerSec" | "low" | "high") => string,
): Worked {
  return {
    label,
    value: `${formatDuration(value)}, 80% band ${formatDuration(low)} to ${formatDuration(high)}`,
    how: "formula",
    lines: workings({ formula: at("tokensPerSec"), lowFormula: at("high"), highFormula: at("low") }),
    parts: [],
  };
}

function workings({
  formula,
  lowFormula,
  highFormula,
}: Pick<Estimate, "formula" | "lowFormula" | "highFormula">): string[] {
  const lines = [
    ["=", formula],
    ["low =", lowFormula],
    ["high =", highFormula],
  ] as const;
  return lines.flatMap(([sign, text]) => (text === undefined ? [] : [`${sign} ${text}`]));
}
