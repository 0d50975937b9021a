import { formatNumber, formatPace, formatPaceBand } from "../../../facts/units/index.ts";
import type { Pace } from "../../../predict/speed/index.ts";
import { hanging, workingLines } from "./explain-tree.ts";
import type { Style } from "./style.ts";

/** A pace with its arithmetic and the factors of its band. */
export function paceText(label: string, pace: Pace, style: Style, indent = "  "): string[] {
  const { tokensPerSec, low, high, formula, provenance } = pace;
  const rate = formatPace(tokensPerSec);
  const workings = {
    formula,
    lowFormula: `${rate} / ${formatNumber(tokensPerSec / low)}`,
    highFormula: `${rate} x ${formatNumber(high / tokensPerSec)}`,
  };
  return [
    ...hanging(`${label}: ${rate}, 80% band ${formatPaceBand(low, high)} ${style.faint(`(${provenance})`)}`, indent),
    ...workingLines(workings, `${indent}  `, style),
  ];
}
