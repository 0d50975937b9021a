import { formatDuration, formatPace, formatPercent } from "../../../facts/units/index.ts";
import type { FitAnswer } from "../../../plan/answer/index.ts";
import type { Pace } from "../../../predict/speed/index.ts";
import { explainDocuments } from "./documents-text.ts";
import { derivedText } from "./explain-derived.ts";
import { paceText } from "./explain-pace.ts";
import { hanging, workingLines } from "./explain-tree.ts";
import { explainSpeculation } from "./speculation-text.ts";
import type { Style } from "./style.ts";

type Speed = FitAnswer["speed"];

/** Paces with their bands and how the numbers in their arithmetic come about, and what a prompt takes. */
export function speedText({ speed, media }: Pick<FitAnswer, "speed" | "media">, style: Style): string[] {
  const lines = [style.strong("speed")];
  const told = new Set<string>();
  for (const [label, pace] of [
    ["decode", speed.decode],
    ["decode, context full", speed.decodeFull],
    ["decode, each of several with full contexts", speed.each],
    ["prefill", speed.prefill],
  ] as const) {
    if (pace) lines.push(...paceText(label, pace, style), ...derivedText(pace, told, style, "    "));
  }
  const { prefill, promptTokens, firstTokenMs, cached } = speed;
  const before = media?.encodeMs;
  if (prefill && firstTokenMs)
    lines.push(...firstTokenText("first token", promptTokens, prefill, firstTokenMs, before, style));
  if (cached) {
    const share = formatPercent(cached.share);
    lines.push(
      ...paceText(`prefill behind ${share} cached`, cached.prefill, style),
      ...derivedText(cached.prefill, told, style, "    "),
      ...firstTokenText(
        `first token, ${share} cached`,
        cached.computedTokens,
        cached.prefill,
        cached.firstTokenMs,
        before,
        style,
      ),
    );
  }
  lines.push(...endText(speed, before, told, style));
  if (speed.speculation) lines.push("", ...explainSpeculation(speed.speculation, style));
  if (speed.documents) lines.push(...explainDocuments(speed.documents, style));
  if (speed.unknown) lines.push(...hanging(speed.unknown, "  "));
  return lines;
}

type Before = NonNullable<FitAnswer["media"]>["encodeMs"];

/** What passes before images and sound are tokens. */
function beforeText(before: Before, end: "value" | "low" | "high"): string {
  return before ? ` + ${formatDuration(before[end])} [until images and sound are tokens]` : "";
}

/** The last token: the prompt, or what of it is not cached, and a step for each further token of the answer. */
function endText(speed: Speed, before: Before, told: Set<string>, style: Style): string[] {
  const { prefill, promptTokens, cached, decodeAnswer, answerTokens, endMs } = speed;
  if (!prefill || !decodeAnswer || !endMs || answerTokens === undefined) return [];
  const read = cached?.prefill ?? prefill;
  const tokens = cached?.computedTokens ?? promptTokens;
  const at = (end: "tokensPerSec" | "low" | "high") =>
    `${tokens} tokens / ${formatPace(read[end])} + ${answerTokens - 1} tokens / ${formatPace(decodeAnswer[end])}`;
  const workings = {
    formula: at("tokensPerSec") + beforeText(before, "value"),
    lowFormula: at("high") + beforeText(before, "low"),
    highFormula: at("low") + beforeText(before, "high"),
  };
  const range = `${formatDuration(endMs.low)} to ${formatDuration(endMs.high)}`;
  const label = `last token of ${answerTokens}`;
  return [
    ...paceText("decode, halfway through the answer", decodeAnswer, style),
    ...derivedText(decodeAnswer, told, style, "    "),
    ...hanging(`${label}: ${formatDuration(endMs.value)}, 80% band ${range}`, "  "),
    ...workingLines(workings, "    ", style),
  ];
}

function firstTokenText(
  label: string,
  tokens: number,
  prefill: Pace,
  { value, low, high }: NonNullable<FitAnswer["speed"]["firstTokenMs"]>,
  before: Before,
  style: Style,
): string[] {
  const at = (pace: number) => `${tokens} tokens / ${formatPace(pace)}`;
  const workings = {
    formula: at(prefill.tokensPerSec) + beforeText(before, "value"),
    lowFormula: at(prefill.high) + beforeText(before, "low"),
    highFormula: at(prefill.low) + beforeText(before, "high"),
  };
  const range = `${formatDuration(low)} to ${formatDuration(high)}`;
  return [
    ...hanging(`${label}: ${formatDuration(value)}, 80% band ${range}`, "  "),
    ...workingLines(workings, "    ", style),
  ];
}
