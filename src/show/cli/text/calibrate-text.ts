import { formatDuration, formatNumber, formatPercent, formatRate } from "../../../facts/units/index.ts";
import type { CalibrateAnswer, CalibratedModel } from "../../../plan/answer/index.ts";
import type { Pace } from "../../../predict/speed/index.ts";
import { columns, nextLines, wrap } from "./layout.ts";
import type { Style } from "./style.ts";

/** A calibration for a terminal of 80 columns: predicted before, measured, predicted after, with their 80% bands. */
export function calibrateText(answer: CalibrateAnswer, style: Style): string {
  const { runtime, bandwidthBytesPerSec, models, tookMs } = answer;
  const kept = models.flatMap(({ stored }) => (stored ? [stored.id] : []));
  return [
    ...wrap(
      `${runtime.engine} ${runtime.version} (llama.cpp ${runtime.build}, ${runtime.backend})` +
        (bandwidthBytesPerSec === undefined ? "" : `; memory copies at ${formatRate(bandwidthBytesPerSec)}`),
    ).map(style.faint),
    "",
    ...models.flatMap((model) => [...modelText(model, style), ""]),
    ...wrap(
      "decode at so many tokens in the cache, prefill of a prompt of so many; off: predicted after against measured; " +
        `took ${formatDuration(tookMs)}`,
    ).map(style.faint),
    ...answer.notes.flatMap((note) => wrap(note)).map(style.warn),
    ...wrap(
      kept.length > 0
        ? `kept as ${kept.map((id) => `c${id}`).join(" and ")} (loadout receipts c${kept[0]}): predictions of speed here start from it`
        : "not kept: receipts cannot be written",
    ).map(style.faint),
    ...nextLines(answer.next, style),
  ].join("\n");
}

function modelText({ model, threads, rates }: CalibratedModel, style: Style): string[] {
  const rows = rates.map(({ what, at, measured, before, after }) => [
    `  ${what} ${what === "decode" ? "at" : "of"} ${at}`,
    formatNumber(measured),
    before ? formatNumber(before.tokensPerSec) : "none",
    before ? band(before) : "",
    after ? formatNumber(after.tokensPerSec) : "none",
    after ? band(after) : "",
    after ? off(after, measured, style) : "",
  ]);
  const head = ["  tok/s", "measured", "before", "80% band", "after", "80% band", "off"].map(style.faint);
  const onThreads = style.faint(`, ${threads} thread${threads === 1 ? "" : "s"}`);
  return [
    `${style.strong(model.name)}  ${model.quantization}${onThreads}`,
    ...columns([head, ...rows], [1, 2, 3, 4, 5, 6]),
  ];
}

function band({ low, high }: Pace): string {
  return `${formatNumber(low, 2)}-${formatNumber(high, 2)}`;
}

function off(after: Pace, measured: number, style: Style): string {
  const text = formatPercent(Math.round((after.tokensPerSec / measured - 1) * 1000) / 1000, true);
  return measured >= after.low && measured <= after.high ? text : style.warn(text);
}
