import type { AddedFactor, Calibration, CalibrationFactor } from "../../predict/speed/index.ts";
import { calibrate, type RateRun } from "./calibrate.ts";

/** What a calibration measured on this machine: a model that stands for others, at several depths and lengths. */
export interface NewMachineCalibration {
  readonly machine: string;
  readonly engine: string;
  readonly backend: string;
  readonly model: ModelFile;
  readonly threads: number;
  /** copy bandwidth of the host, bytes read and written per second */
  readonly bandwidthBytesPerSec?: number;
  readonly points: readonly CalibrationPoint[];
}

export interface MachineCalibration extends NewMachineCalibration {
  readonly id: number;
  /** milliseconds since 1970 */
  readonly atMs: number;
}

/** A model's file as receipts know it. */
export interface ModelFile {
  readonly name: string;
  readonly fileBytes: number;
}

/** One measured rate beside what was predicted without calibration. */
export interface CalibrationPoint extends RateRun {
  readonly what: "decode" | "prefill";
  /** tokens in the cache halfway through decoding, or tokens of the prompt */
  readonly at: number;
}

/** A receipt's rate, for which file and when. */
export interface DatedRun extends RateRun {
  readonly what: "decode" | "prefill";
  readonly atMs: number;
  readonly model: ModelFile;
}

/** Points so many times deeper than the shallowest say something of what depth adds; the others are runs of the base. */
const DEEPER = 2;
/** Points within this factor of the deepest are taken together. */
const NEAR = 1.2;
/** Beyond these a measurement of what depth adds is noise. */
const ADDED = { least: 1 / 8, most: 8 } as const;

/**
 * Factors for a model on a machine. A calibration starts over: runs before it met the machine in another state and no longer
 * count. What was measured with the very file goes before what was measured with others; without a file, or with neither
 * a calibration nor three runs of it, all count.
 */
export function calibrationOf(
  calibrations: readonly MachineCalibration[],
  runs: readonly DatedRun[],
  model?: ModelFile,
): Calibration | undefined {
  const ownCalibrations = model ? calibrations.filter(isOf(model)) : [];
  const own = model && factorsOf(ownCalibrations, runs.filter(isOf(model)));
  const all = factorsOf(calibrations, runs);
  // one or two runs of a file say less of it than all runs of the machine
  const enough = (factor: CalibrationFactor | undefined) =>
    factor && (ownCalibrations.length > 0 || factor.runs >= LEAST_OWN) ? factor : undefined;
  const ours = enough(own?.decode) || enough(own?.prefill);
  const decode = enough(own?.decode) ?? all?.decode;
  const prefill = enough(own?.prefill) ?? all?.prefill;
  if (!decode && !prefill) return undefined;
  const hostBandwidthBytesPerSec = (ours ? own : all)?.hostBandwidthBytesPerSec;
  return {
    ...(decode ? { decode } : {}),
    ...(prefill ? { prefill } : {}),
    ...(hostBandwidthBytesPerSec === undefined ? {} : { hostBandwidthBytesPerSec }),
  };
}

const LEAST_OWN = 3;

function isOf({ name, fileBytes }: ModelFile): (one: { readonly model: ModelFile }) => boolean {
  return ({ model }) => model.name === name && model.fileBytes === fileBytes;
}

function factorsOf(calibrations: readonly MachineCalibration[], runs: readonly DatedRun[]): Calibration | undefined {
  const newest = calibrations.toSorted((a, b) => b.atMs - a.atMs)[0];
  const since = runs.filter(({ atMs }) => newest === undefined || atMs >= newest.atMs);
  const [decode, prefill] = (["decode", "prefill"] as const).map((what) => {
    const points = newest?.points.filter((point) => point.what === what) ?? [];
    const shallow = Math.min(...points.map(({ at }) => at));
    const base = points.filter(({ at }) => at < DEEPER * shallow);
    const deepest = Math.max(...points.map(({ at }) => at));
    const deep = points.filter(({ at }) => at >= DEEPER * shallow && at * NEAR >= deepest);
    const later = since.filter((run) => run.what === what).toSorted((a, b) => b.atMs - a.atMs);
    const factor = calibrate([...later, ...base]);
    const added = factor && addedOf(base, deep);
    return factor && added ? { ...factor, added } : factor;
  });
  if (!decode && !prefill) return undefined;
  const hostBandwidthBytesPerSec = newest?.bandwidthBytesPerSec;
  return {
    ...(decode ? { decode } : {}),
    ...(prefill ? { prefill } : {}),
    ...(hostBandwidthBytesPerSec === undefined ? {} : { hostBandwidthBytesPerSec }),
  };
}

/**
 * What more tokens add to a step, predicted over measured, of the medians: (1/p_deep - 1/p_base) / (1/m_deep - 1/m_base).
 * Nothing where either adds nothing.
 */
function addedOf(base: readonly CalibrationPoint[], deep: readonly CalibrationPoint[]): AddedFactor | undefined {
  if (base.length === 0 || deep.length === 0) return undefined;
  const seconds = (points: readonly CalibrationPoint[], rate: (point: CalibrationPoint) => number) =>
    median(points.map((point) => 1 / rate(point)));
  const predicted = seconds(deep, ({ basePerSec }) => basePerSec) - seconds(base, ({ basePerSec }) => basePerSec);
  const measured = seconds(deep, (point) => point.measuredPerSec) - seconds(base, (point) => point.measuredPerSec);
  if (predicted <= 0) return undefined;
  const factor = measured <= 0 ? ADDED.most : Math.min(ADDED.most, Math.max(ADDED.least, predicted / measured));
  return { factor, from: Math.round(median(base.map(({ at }) => at))) };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
