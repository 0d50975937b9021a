import { formatDuration, formatPace, formatPercent } from "../../../facts/units/index.ts";
import type { FitAnswer } from "../../../plan/answer/index.ts";
import type { Pace } from "../../../predict/speed/index.ts";
import { paceText } from "./explain-pace.ts";
import { hanging, workingLines } from "./explain-tree.ts";
import { explainSpeculation } from "./speculation-text.ts";
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
  const { prefill, promptTokens, firstTokenMs, cached } = speed;
  if (prefill && firstTokenMs) lines.push(...firstTokenText("first token", promptTokens, prefill, firstTokenMs, style));
  if (cached) {
    const share = formatPercent(cached.share);
    lines.push(
      ...paceText(`prefill behind ${share} cached`, cached.prefill, style),
      ...firstTokenText(
        `first token, ${share} cached`,
        cached.computedTokens,
        cached.prefill,
        cached.firstTokenMs,
        style,
      ),
    );
  }
  if (speed.speculation) lines.push("", ...explainSpeculation(speed.speculation, style));
  if (speed.unknown) lines.push(...hanging(speed.unknown, "  "));
  return lines;
}

function firstTokenText(
  label: string,
  tokens: number,
  prefill: Pace,
  { value, low, high }: NonNullable<FitAnswer["speed"]["firstTokenMs"]>,
  style: Style,
): string[] {
  const at = (pace: number) => `${tokens} tokens / ${formatPace(pace)}`;
  const workings = {
    formula: at(prefill.tokensPerSec),
    lowFormula: at(prefill.high),
    highFormula: at(prefill.low),
  };
  const range = `${formatDuration(low)} to ${formatDuration(high)}`;
  return [
    ...hanging(`${label}: ${formatDuration(value)}, 80% band ${range}`, "  "),
    ...workingLines(workings, "    ", style),
  ];
}
