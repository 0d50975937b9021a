import {
  formatBytes,
  formatExactBytes,
  formatFileBytes,
  formatDuration,
  formatNumber,
  formatPace,
  formatPercent,
  formatRate,
  formatWhole,
} from "../../../facts/units/index.ts";
import type { FitAnswer, ReportLoadout } from "../../../plan/answer/index.ts";
import { heading, type Block, type Worked } from "../document.ts";
import { workedBytes, workedPace, workedTime } from "../worked.ts";

/** Every number as arithmetic that a person can redo. */
export function napkinBlocks({ fit }: ReportLoadout, level: 2 | 3): Block[] {
  const items = [
    weights(fit),
    ...(fit.memory ? [workedBytes(fit.memory)] : []),
    ...(fit.serving ? [workedBytes(fit.serving)] : []),
    ...(fit.training ?? []).map(workedBytes),
    room(fit),
    ...paces(fit),
    ...coldLoad(fit),
  ];
  return [heading(level, "Napkin: how each number comes about"), { kind: "worked", items }];
}

function weights({ model }: FitAnswer): Worked {
  return {
    label: "bits per weight",
    value: `${formatNumber((8 * model.fileBytes) / model.parameters)} bits`,
    how: model.sizesFrom ?? "header",
    lines: [`= ${formatWhole(model.fileBytes)} x 8 bits / ${formatWhole(model.parameters)} weights`],
    because:
      model.sizesFrom === "formula"
        ? `${model.quantization}, by the recipe of the file type, without a header`
        : `${model.quantization}, all files, with their headers`,
    parts: [],
  };
}

function room({ verdict }: FitAnswer): Worked {
  return {
    label: "room",
    value: verdict.now.verdict,
    how: `${verdict.now.places.length} below, the worst decides`,
    lines: [],
    parts: verdict.now.places.map(({ label, need, have, margin, whole, mapped, verdict: word }) => ({
      label,
      value: `${formatBytes(Math.abs(margin))} = ${formatExactBytes(Math.abs(margin))} ${margin < 0 ? "short" : "to spare"}`,
      how: word,
      lines: [
        margin < 0
          ? `= ${formatExactBytes(need)} - ${formatExactBytes(have)}`
          : `= ${formatExactBytes(have)} - ${formatExactBytes(need)}`,
      ],
      because: `${whole ? "all there is, and what is in use already is part of the need" : "what was free when asked"}${mapped > 0 ? "; weights mapped from the file may be dropped and read again" : ""}`,
      parts: [],
    })),
  };
}

function paces({ speed }: FitAnswer): Worked[] {
  const { decode, decodeFull, each, prefill, promptTokens, firstTokenMs, cached, decodeAnswer, answerTokens, endMs } =
    speed;
  const read = cached?.prefill ?? prefill;
  const tokens = cached?.computedTokens ?? promptTokens;
  const over = (count: number, pace: NonNullable<typeof prefill>) => (end: "tokensPerSec" | "low" | "high") =>
    `${count} tokens / ${formatPace(pace[end])}`;
  const told = new Set<string>();
  return [
    ...(decode ? [workedPace("decode", decode, told)] : []),
    ...(decodeFull ? [workedPace("decode, context full", decodeFull, told)] : []),
    ...(each ? [workedPace("decode, each of several with full contexts", each, told)] : []),
    ...(prefill ? [workedPace("prefill", prefill, told)] : []),
    ...(prefill && firstTokenMs ? [workedTime("first token", firstTokenMs, over(promptTokens, prefill))] : []),
    ...(cached
      ? [
          workedPace(`prefill behind ${formatPercent(cached.share)} cached`, cached.prefill, told),
          workedTime(
            `first token, ${formatPercent(cached.share)} cached`,
            cached.firstTokenMs,
            over(cached.computedTokens, cached.prefill),
          ),
        ]
      : []),
    ...(read && decodeAnswer && endMs && answerTokens !== undefined
      ? [
          workedPace("decode, halfway through the answer", decodeAnswer, told),
          workedTime(
            `last token of ${answerTokens}`,
            endMs,
            (end) => `${over(tokens, read)(end)} + ${over(answerTokens - 1, decodeAnswer)(end)}`,
          ),
        ]
      : []),
  ];
}

function coldLoad({ coldLoad: load, model }: FitAnswer): Worked[] {
  if (!load) return [];
  return [
    {
      label: "cold load",
      value: formatDuration(load.ms),
      how: "assumed",
      lines: [`= ${formatFileBytes(model.fileBytes)} / ${formatRate(load.bytesPerSec)}`],
      because: load.source,
      parts: [],
    },
  ];
}
