import { formatBytes, formatDuration, formatPace, formatPercent, formatTokens } from "../../../facts/units/index.ts";
import { residualBytes, type Receipt, type ReceiptRate, type StoredCalibration } from "../../../run/receipt/index.ts";
import { calibrationLines } from "./calibrations-text.ts";
import { columns } from "./layout.ts";
import { dayAndMinute, shortName } from "./receipt-words.ts";
import type { Style } from "./style.ts";

/** Runs and calibrations, newest first. */
export function receiptsText(
  list: readonly Receipt[],
  calibrations: readonly StoredCalibration[],
  style: Style,
): string {
  const rows = list.map((receipt) => {
    const known = receipt.memory.filter(({ actualBytes }) => actualBytes !== undefined);
    const exact = known.filter((term) => term.exact).length;
    return [
      String(receipt.id),
      dayAndMinute(receipt.atMs).slice("2026-".length),
      shortName(receipt.model.name),
      `${exact}/${known.length}`,
      ...(["decode", "prefill"] as const).map((what) =>
        ratio(receipt.rates.find((rate) => rate.what === what)).replace(" tok/s", ""),
      ),
    ];
  });
  const head = ["id", "when", "model", "exact", "decode tok/s", "prefill tok/s"].map(style.faint);
  const next = list[0] ? `loadout receipts ${list[0].id}` : "loadout";
  return [
    ...(list.length === 0 ? ["no receipts yet"] : columns([head, ...rows], [0])),
    "",
    ...(calibrations.length === 0 ? [] : [...calibrationLines(calibrations, style), ""]),
    `next: ${style.strong(next)}`,
  ].join("\n");
}

/** One run whole: every term and rate, predicted and measured. */
export function receiptText(receipt: Receipt, style: Style): string {
  const terms = receipt.memory.map((term) => {
    const residual = residualBytes(term);
    return [
      `  ${term.place} ${term.term}`,
      term.predictedBytes === undefined ? "none" : formatBytes(term.predictedBytes),
      term.actualBytes === undefined ? "not reported" : formatBytes(term.actualBytes),
      term.exact ? style.good("exact") : residual === undefined ? "" : style.warn(`off by ${formatBytes(residual)}`),
    ];
  });
  const rates = receipt.rates.map((rate) => [
    `  ${rateName(rate)}`,
    rate.predictedPerSec === undefined ? "none" : formatPace(rate.predictedPerSec),
    formatPace(rate.measuredPerSec),
    style.faint(`over ${rate.tokens} tokens, ${ratio(rate)}`),
  ]);
  const { engine, model, settings, times } = receipt;
  return [
    `${style.strong(`receipt ${receipt.id}`)}  ${dayAndMinute(receipt.atMs)}`,
    `${model.name} with ${engine.name} ${engine.version} (${engine.build}, ${engine.backend})`,
    `context ${settings.context}, sequences ${settings.sequences}, kv ${settings.cacheTypeK}, threads ${settings.threads ?? "default"}`,
    "",
    ...columns([["  term", "predicted", "measured", ""].map(style.faint), ...terms, ...rates], [1, 2]),
    ...(times
      ? [
          style.faint(
            `  loaded in ${formatDuration(times.loadMs)}, first token after ${formatDuration(times.firstTokenMs)}`,
          ),
        ]
      : []),
  ].join("\n");
}

/** Where a server was measured, its rates are of places: how deep, how many at once. */
function rateName({ what, at, streams = 1 }: ReceiptRate): string {
  if (at === undefined) return what;
  const place = what === "decode" ? `at ${formatTokens(at)}` : `of ${formatTokens(at)}`;
  return `${what} ${place}${streams > 1 ? `, ${streams} streams` : ""}`;
}

function ratio(rate: ReceiptRate | undefined): string {
  if (!rate) return "";
  const pace = formatPace(rate.measuredPerSec);
  return rate.predictedPerSec === undefined
    ? pace
    : `${pace} (${formatPercent(rate.measuredPerSec / rate.predictedPerSec - 1, true)})`;
}
