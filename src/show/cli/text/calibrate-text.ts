import { formatDuration, formatNumber, formatPercent, formatRate } from "../../../facts/units/index.ts";
import type { CalibrateAnswer } from "../../../plan/answer/index.ts";
import type { Pace } from "../../../predict/speed/index.ts";
import { columns, nextLines, wrap } from "./layout.ts";
import type { Style } from "./style.ts";

/** A calibration for a terminal of 80 columns: predicted before, measured, predicted after, with their 80% bands. */
export function calibrateText(answer: CalibrateAnswer, style: Style): string {
  const { model, runtime, threads, bandwidthBytesPerSec, rates, tookMs, stored } = answer;
  const rows = rates.map(({ what, at, measured, before, after }) => [
    `  ${what}, ${what === "decode" ? `${at} in the cache` : `prompt of ${at}`}`,
    formatNumber(measured),
    before ? formatNumber(before.tokensPerSec) : "none",
    before ? band(before) : "",
    after ? formatNumber(after.tokensPerSec) : "none",
    after ? band(after) : "",
    after ? off(after, measured, style) : "",
  ]);
  const head = ["  tok/s", "measured", "before", "80% band", "after", "80% band", "off"].map(style.faint);
  return [
    `${style.strong(model.name)}  ${model.quantization}`,
    ...wrap(
      `with ${runtime.engine} ${runtime.version} (llama.cpp ${runtime.build}, ${runtime.backend}) on ` +
        `${threads} thread${threads === 1 ? "" : "s"}` +
        (bandwidthBytesPerSec === undefined ? "" : `; memory copies at ${formatRate(bandwidthBytesPerSec)}`),
    ).map(style.faint),
    "",
    ...columns([head, ...rows], [1, 2, 3, 4, 5, 6]),
    "",
    style.faint(
      `took ${formatDuration(tookMs)}` +
        (stored ? `; calibration ${stored.id} kept: predictions of speed here start from it` : "; not kept"),
    ),
    ...nextLines(answer.next, style),
  ].join("\n");
}

function band({ low, high }: Pace): string {
  return `${formatNumber(low)}-${formatNumber(high)}`;
}

function off(after: Pace, measured: number, style: Style): string {
  const text = formatPercent(Math.round((after.tokensPerSec / measured - 1) * 1000) / 1000, true);
  return measured >= after.low && measured <= after.high ? text : style.warn(text);
}
