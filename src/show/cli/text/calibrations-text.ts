import { formatNumber, formatRate } from "../../../facts/units/index.ts";
import type { CalibrationFactor } from "../../../predict/speed/index.ts";
import type { CalibrationPoint, StoredCalibration } from "../../../run/receipt/index.ts";
import { columns, wrap } from "./layout.ts";
import { dayAndMinute, shortName } from "./receipt-words.ts";
import type { Style } from "./style.ts";

/** What was measured of the machine, a line each: what it makes of predictions, and how far they may then be off. */
export function calibrationLines(list: readonly StoredCalibration[], style: Style): string[] {
  const rows = list.map(({ id, atMs, model, threads, learned, inUse }) => [
    `c${id}`,
    dayAndMinute(atMs).slice("2026-".length),
    shortName(model.name),
    String(threads),
    factorText(learned?.decode),
    factorText(learned?.prefill),
    inUse ? "" : "replaced",
  ]);
  const head = ["id", "when", "calibrated with", "threads", "decode", "prefill", ""].map(style.faint);
  return columns([head, ...rows], [0, 3]);
}

/** One calibration whole: where it measured, what was predicted there before, and what it narrows. */
export function calibrationText(calibration: StoredCalibration, style: Style): string {
  const { id, atMs, model, engine, backend, threads, bandwidthBytesPerSec, points, learned, inUse } = calibration;
  const rows = placesOf(points).map(([first, ...others]) => {
    const sorted = [first, ...others].map(({ measuredPerSec }) => measuredPerSec).toSorted((a, b) => a - b);
    const measured = sorted[sorted.length >> 1]!;
    const { what, at, basePerSec, baseLowPerSec, baseHighPerSec } = first;
    return [
      `  ${what} ${what === "decode" ? "at" : "of"} ${Math.round(at)}`,
      String(sorted.length),
      formatNumber(measured),
      formatNumber(basePerSec),
      baseLowPerSec === undefined || baseHighPerSec === undefined
        ? ""
        : `${formatNumber(baseLowPerSec, 2)}-${formatNumber(baseHighPerSec, 2)}`,
      `x ${formatNumber(measured / basePerSec)}`,
    ];
  });
  const head = ["  tok/s", "rounds", "measured", "uncalibrated", "80% band", "ratio"].map(style.faint);
  return [
    `${style.strong(`calibration c${id}`)}  ${dayAndMinute(atMs)}${inUse ? "" : style.warn("  replaced by a newer one")}`,
    ...wrap(
      `${model.name} with ${engine}, ${backend}, ${threads} thread${threads === 1 ? "" : "s"}` +
        (bandwidthBytesPerSec === undefined ? "" : `; memory copies at ${formatRate(bandwidthBytesPerSec)}`),
    ),
    "",
    ...columns([head, ...rows], [1, 2, 3, 4, 5]),
    "",
    ...(["decode", "prefill"] as const).flatMap((what) => narrowed(what, learned?.[what])),
    ...wrap(
      inUse
        ? "counts for this file, the newest calibration also for files that were not measured; earlier runs no longer count, later ones do"
        : "a newer calibration with this file counts in its place",
    ).map(style.faint),
  ].join("\n");
}

function narrowed(what: "decode" | "prefill", factor: CalibrationFactor | undefined): string[] {
  if (!factor) return wrap(`${what}: nothing was predicted, so nothing is narrowed`);
  const { added } = factor;
  const more = what === "decode" ? "tokens in the cache" : "tokens of the prompt";
  const parts = [
    `predictions of ${what} ${factorText(factor)} [80% band]`,
    ...(added ? [`the time that ${more} add beyond ${added.from} / ${formatNumber(added.factor)}`] : []),
    ...(added?.beyond
      ? [`what attention adds to that beyond ${added.beyond.from} / ${formatNumber(added.beyond.factor)}`]
      : []),
  ];
  return wrap(parts.join("; "));
}

/** "x 0.74 ±12%" */
function factorText(factor: CalibrationFactor | undefined): string {
  if (!factor) return "none";
  return `x ${formatNumber(factor.factor)} ±${formatNumber((Math.exp(factor.spread) - 1) * 100, 2)}%`;
}

/** Points of the same kind within a tenth of each other's length, shortest first; decode before prefill. */
function placesOf(points: readonly CalibrationPoint[]): [CalibrationPoint, ...CalibrationPoint[]][] {
  const places: [CalibrationPoint, ...CalibrationPoint[]][] = [];
  for (const point of points.toSorted((a, b) => a.what.localeCompare(b.what) || a.at - b.at)) {
    const place = places.at(-1);
    if (place && place[0].what === point.what && point.at < place[0].at * NEAR) place.push(point);
    else places.push([point]);
  }
  return places;
}
const NEAR = 1.1;
