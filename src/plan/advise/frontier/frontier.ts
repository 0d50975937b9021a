import { calibrate } from "../../../predict/serving/index.ts";
import { limitPerSec } from "./limit.ts";
import { type Learned, madePoints, type PointQuestion } from "./made-points.ts";
import { type MeasuredLoad, measuredPoint } from "./measured-point.ts";
import { type OperatingPoint, operatingPoints } from "./operating.ts";
import type { BarePoint, FrontierPoint } from "./point.ts";
import { type RepliedRun, repliedPoint } from "./replied-point.ts";
import { doublings, type ServerSetting, serverSettings } from "./settings.ts";

export interface FrontierQuestion extends PointQuestion {
  readonly usersUpTo: number;
  /** runs that also teach times of steps */
  readonly measured?: readonly MeasuredLoad[];
  /** runs of this machine, whose rates have been learned from already: shown beside the others */
  readonly known?: readonly MeasuredLoad[];
  readonly replies?: readonly RepliedRun[];
  /** targets are the person's own, not those of a reader */
  readonly targetsAsked: boolean;
}

export interface Frontier {
  readonly points: readonly FrontierPoint[];
  readonly operating: readonly OperatingPoint[];
  /** most sequences that there is memory for, of those that were tried */
  readonly mostSlots: number;
  readonly assumptions: readonly string[];
  readonly source: string;
}

/** Undefined where no setting fits or no pace is claimed. */
export function frontier(question: FrontierQuestion): Frontier | undefined {
  const { request, engine, load, usersUpTo, measured = [], known = [], replies = [], targetsAsked } = question;
  const settings = serverSettings(request, engine, usersUpTo);
  const [one] = settings;
  if (one === undefined) return undefined;
  const mostSlots = settings.reduce((most, { slots }) => Math.max(most, slots), 1);
  const learned = learnedFrom(settings, measured);
  const made = settings.flatMap((setting) =>
    usersFor(setting.slots, mostSlots, usersUpTo).flatMap((users) => madePoints(question, setting, users, learned)),
  );
  const limitOf = (streams: number) => limitPerSec(request, one.choice, engine, streams, load.mean);
  const real = [
    ...[...measured, ...known].map((run) => measuredPoint(run, load.targets, limitOf)),
    ...replies.map((run) => repliedPoint(run, limitOf)),
  ].filter((point) => point !== undefined);
  const points = onFrontier([...made, ...real]);
  return {
    points,
    operating: operatingPoints(points, targetsAsked ? load.targets : undefined),
    mostSlots,
    assumptions: [
      ...one.assumptions,
      ...(learned ? ["what was measured is of this rig and engine, with a slot for everybody"] : []),
    ],
    source: learned ? `${one.times.source}; calibrated: ${learned.times.source}` : one.times.source,
  };
}

/** Times of steps by replay of the valid runs, each on the setting whose slots come nearest to what it had. */
function learnedFrom(settings: readonly ServerSetting[], measured: readonly MeasuredLoad[]): Learned | undefined {
  const valid = measured.filter(({ doubts, loop }) => doubts.length === 0 && loop === "closed");
  const probes = valid.map(({ records, users = 1, slots = users, stepTokens = USUAL_STEP }) => {
    const far = (one: ServerSetting) =>
      Math.abs(Math.log(one.slots / slots)) + Math.abs(Math.log(one.stepTokens / stepTokens));
    return { records, engine: settings.reduce((best, one) => (far(one) < far(best) ? one : best)).engine };
  });
  return probes.length === 0 ? undefined : calibrate(probes);
}

/** llama-server's own -b, where a run does not say */
const USUAL_STEP = 2048;

/** As many users as slots, twice as many, and, where memory ends the slots, all that are asked about. */
function usersFor(slots: number, mostSlots: number, upTo: number): number[] {
  if (slots === mostSlots) return doublings(upTo).filter((users) => users >= slots);
  return [slots, 2 * slots].filter((users) => users <= upTo);
}

/** Less than this is no difference. */
const SAME = 1.01;

/**
 * Marks those that no valid point of their origin beats: better in tokens per second, first token or gaps, and worse in none. Of those
 * that are alike for as many users, the one with the smallest steps.
 */
function onFrontier(points: readonly BarePoint[]): FrontierPoint[] {
  const beats = (one: BarePoint, other: BarePoint, before: boolean) => {
    const better = [
      one.tokensPerSec.value / other.tokensPerSec.value,
      other.ttftMs.p95.value / one.ttftMs.p95.value,
      other.gapMs.p95.value / one.gapMs.p95.value,
    ];
    return better.every((ratio) => ratio > 1 / SAME) && (before || better.some((ratio) => ratio > SAME));
  };
  const valid = ({ doubts, overloaded }: BarePoint) => doubts.length === 0 && !overloaded;
  return points.map((point, at) => {
    const beaten = points.some((other, place) => {
      const before = place < at && other.knobs.users === point.knobs.users && point.origin !== "measured";
      return other.origin === point.origin && valid(other) && place !== at && beats(other, point, before);
    });
    return { ...point, onFrontier: valid(point) && !beaten };
  });
}
