import { formatDuration, formatNumber, formatPace, formatPaceBand } from "../../../facts/units/index.ts";
import type { FitAnswer } from "../../../plan/answer/index.ts";
import type { Pace } from "../../../predict/speed/index.ts";
import { hanging, workingLines } from "./explain-tree.ts";
import type { Style } from "./style.ts";

/** Paces with their bands, and what a prompt takes. */
export function speedText({ speed }: Pick<FitAnswer, "speed">, style: Style): string[] {
  const lines = [style.strong("speed")];
  for (const [label, pace] of [
    ["decode", speed.decode],
    ["decode, context full", speed.decodeFull],
    ["prefill", speed.prefill],
  ] as const) {
    if (pace) lines.push(...paceText(label, pace, style));
  }
  const { prefill, promptTokens, firstTokenMs } = speed;
  if (prefill && firstTokenMs) {
    const { value, low, high } = firstTokenMs;
    const range = `${formatDuration(low)} to ${formatDuration(high)}`;
    lines.push(...hanging(`first token: ${formatDuration(value)}, 80% band ${range}`, "  "));
    const at = (pace: number) => `${promptTokens} tokens / ${formatPace(pace)}`;
    for (const text of [`= ${at(prefill.tokensPerSec)}`, `low = ${at(prefill.high)}`, `high = ${at(prefill.low)}`])
      lines.push(...hanging(text, "    ").map(style.faint));
  }
  if (speed.unknown) lines.push(...hanging(speed.unknown, "  "));
  return lines;
}

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
