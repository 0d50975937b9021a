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
  /** the 80% band of the prediction without calibration; not known of old ones */
  readonly baseLowPerSec?: number;
  readonly baseHighPerSec?: number;
}

/** A receipt's rate, for which file and when. */
export interface DatedRun extends RateRun {
  readonly what: "decode" | "prefill";
  /** that drew at once; absent: one */
  readonly streams?: number;
  /** tokens in the cache halfway through the reply, or of the prompt; absent: not known */
  readonly at?: number;
  readonly atMs: number;
  readonly model: ModelFile;
}

/** Points within this factor of the shortest of a place were measured in the same place. */
const ONE_PLACE = 2;
/** Beyond these a measurement of what is added is noise. */
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
  const together = enough(own?.together) ?? all?.together;
  if (!decode && !prefill && !together) return undefined;
  const hostBandwidthBytesPerSec = (ours ? own : all)?.hostBandwidthBytesPerSec;
  return {
    ...(decode ? { decode } : {}),
    ...(prefill ? { prefill } : {}),
    ...(together ? { together } : {}),
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
  const [decode, prefill] = (["decode", "prefill"] as const).map((what) =>
    factorOf(
      placesOf(what, newest?.points.filter((point) => point.what === what) ?? []),
      since.filter((run) => run.what === what && !several(run)).toSorted((a, b) => b.atMs - a.atMs),
    ),
  );
  const many = calibrate(since.filter(several).toSorted((a, b) => b.atMs - a.atMs));
  // what a fuller cache adds was measured with one stream
  const together = many && decode?.added ? { ...many, added: decode.added } : many;
  if (!decode && !prefill && !together) return undefined;
  const hostBandwidthBytesPerSec = newest?.bandwidthBytesPerSec;
  return {
    ...(decode ? { decode } : {}),
    ...(prefill ? { prefill } : {}),
    ...(together ? { together } : {}),
    ...(hostBandwidthBytesPerSec === undefined ? {} : { hostBandwidthBytesPerSec }),
  };
}

function several({ what, streams = 1 }: DatedRun): boolean {
  return what === "decode" && streams > 1;
}

/** Where a calibration measured: a depth or a prompt's length, and what it says of the prediction there. */
interface MeasuredPlace {
  readonly at: number;
  readonly points: readonly CalibrationPoint[];
  /** seconds of a step at this depth, of a whole prompt of this length */
  readonly predicted: number;
  readonly measured: number;
}

/** Shortest first, medians of the points of each place. */
function placesOf(what: "decode" | "prefill", points: readonly CalibrationPoint[]): MeasuredPlace[] {
  const places: CalibrationPoint[][] = [];
  for (const point of points.toSorted((a, b) => a.at - b.at)) {
    const last = places.at(-1);
    if (last && point.at < ONE_PLACE * last[0]!.at) last.push(point);
    else places.push([point]);
  }
  return places.map((place) => {
    const seconds = (rate: (point: CalibrationPoint) => number) =>
      median(place.map((point) => (what === "decode" ? 1 : point.at) / rate(point)));
    return {
      at: Math.round(median(place.map(({ at }) => at))),
      points: place,
      predicted: seconds(({ basePerSec }) => basePerSec),
      measured: seconds(({ measuredPerSec }) => measuredPerSec),
    };
  });
}

/**
 * The factor of the shortest place and of what is added from there on. Later runs are taken to it: what each found, beside what the
 * calibration says of its length, moves everything alike.
 */
function factorOf(places: readonly MeasuredPlace[], later: readonly DatedRun[]): CalibrationFactor | undefined {
  const [shortest] = places;
  if (!shortest) return calibrate(later);
  const said = (at: number) => ratioAt(places, at) / ratioAt(places, shortest.at);
  const taken = later.map((run) => ({ ...run, basePerSec: run.basePerSec * said(run.at ?? shortest.at) }));
  const factor = calibrate([...taken, ...shortest.points]);
  const added = factor && addedOf(places);
  if (!factor || !added) return factor;
  const drift = factor.factor / calibrate(shortest.points)!.factor;
  const drifted = <Each extends AddedFactor>(each: Each): Each => ({ ...each, factor: each.factor * drift });
  const { beyond } = added;
  return { ...factor, added: { ...drifted(added), ...(beyond ? { beyond: drifted(beyond) } : {}) } };
}

/** Measured over predicted rate at a length, between the places by the logarithm of the length. */
function ratioAt(places: readonly MeasuredPlace[], at: number): number {
  const ratio = ({ predicted, measured }: MeasuredPlace) => predicted / measured;
  const next = places.findIndex((place) => place.at >= at);
  if (next <= 0) return ratio(next === 0 ? places[0]! : places.at(-1)!);
  const [left, right] = [places[next - 1]!, places[next]!];
  const share = Math.log(at / left.at) / Math.log(right.at / left.at);
  return ratio(left) ** (1 - share) * ratio(right) ** share;
}

/** What more tokens add, predicted over measured: between the two shortest places, and up to the longest what exceeds that. */
function addedOf(places: readonly MeasuredPlace[]): CalibrationFactor["added"] {
  const [shortest, next, ...others] = places;
  if (!shortest || !next) return undefined;
  const predicted = next.predicted - shortest.predicted;
  const measured = next.measured - shortest.measured;
  if (predicted <= 0) return undefined;
  const added = { factor: within(predicted, measured), from: shortest.at };
  const longest = others.at(-1);
  if (!longest) return added;
  const stretches = (longest.at - shortest.at) / (next.at - shortest.at);
  const excess = longest.predicted - shortest.predicted - predicted * stretches;
  if (excess <= 0) return added;
  const found = longest.measured - shortest.measured - measured * stretches;
  return { ...added, beyond: { factor: within(excess, found), from: next.at } };
}

/** A measurement of nothing or less is noise, and as good as can be told. */
function within(predicted: number, measured: number): number {
  return measured <= 0 ? ADDED.most : Math.min(ADDED.most, Math.max(ADDED.least, predicted / measured));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
