import { formatDuration } from "../../../facts/units/index.ts";
import { kneeOf, type Target } from "../../../predict/serving/index.ts";
import { GOALS, READING } from "../../fit/index.ts";
import { type FrontierPoint, valueOf } from "./point.ts";

export type OperatingName = "interactive" | "mixed" | "batch";

/** A point that a goal would choose, by place in the list, and why. */
export interface OperatingPoint {
  readonly name: OperatingName;
  readonly point: number;
  /** whether its targets are kept; where no point keeps them, it is the nearest */
  readonly met: boolean;
  readonly targets: readonly Target[];
  readonly because: string;
}

export const READING_TARGETS: readonly Target[] = [
  { metric: "ttft", percent: 95, limitMs: READING.firstTokenMs },
  { metric: "tpot", percent: 95, limitMs: Math.round(1000 / READING.decodePerSec) },
];

/** The longest of value / limit; at most 1: all are kept. Infinity: nothing to judge by. */
export function strain(point: FrontierPoint, targets: readonly Target[]): number {
  if (point.overloaded) return Infinity;
  return targets.reduce((most, target) => Math.max(most, (valueOf(point, target) ?? Infinity) / target.limitMs), 0);
}

const LEARNED = "simulated (calibrated)";

/** Chosen of what was simulated (calibrated, where that is there) and is valid; none where nothing was. `asked`: what chats must keep; absent: as people read. */
export function operatingPoints(points: readonly FrontierPoint[], asked?: readonly Target[]): OperatingPoint[] {
  const origin = points.some((point) => point.origin === LEARNED) ? LEARNED : "simulated (datasheet)";
  const known = points.map((point, at) => ({ point, at })).filter(({ point }) => point.origin === origin);
  const usable = known.filter(({ point }) => point.doubts.length === 0 && !point.overloaded);
  if (usable.length === 0) return [];
  const targets = asked ?? READING_TARGETS;
  const fastest = (list: typeof usable) => list.reduce((best, one) => (rate(one) > rate(best) ? one : best));
  const kept = usable.filter(({ point }) => strain(point, targets) <= 1);
  const nearest = usable.reduce((best, one) => (strain(one.point, targets) < strain(best.point, targets) ? one : best));
  const stepMs = GOALS.interactive.longestStepMs ?? Infinity;
  const smooth = kept.filter(({ point }) => atOnce(point) && longGapMs(point) <= stepMs);
  const chats =
    smooth.length > 0
      ? fastest(smooth)
      : kept.length > 0
        ? smoothest(kept.some(({ point }) => atOnce(point)) ? kept.filter(({ point }) => atOnce(point)) : kept)
        : nearest;
  const power = kneeOf(
    kept.map(({ point }) => ({
      load: point.knobs.users,
      tokensPerSec: point.tokensPerSec.value,
      latencyMs: point.summary?.e2eMs.fromSchedule?.p50 ?? 0,
    })),
  );
  const atKnee = power ? kept[power.index]! : nearest;
  const met = kept.length > 0;
  const whose = asked ? "what was asked" : "what readers need";
  const missed = `no point keeps ${whose}: this is the nearest`;
  return [
    {
      name: "interactive",
      point: chats.at,
      met,
      targets,
      because: !met
        ? missed
        : smooth.length > 0
          ? `most tokens of those that keep ${whose}, with gaps (p99) of at most ${formatDuration(stepMs)}`
          : `shortest gaps of those that keep ${whose}; none keeps them below ${formatDuration(stepMs)}`,
    },
    {
      name: "mixed",
      point: atKnee.at,
      met,
      targets,
      because: met ? `most tokens by time of an answer (the knee) of those that keep ${whose}` : missed,
    },
    { name: "batch", point: fastest(usable).at, met: true, targets: [], because: "most tokens; nobody waits" },
  ];
}

/** Nobody waits for a slot. */
function atOnce({ knobs: { users, slots = users } }: FrontierPoint): boolean {
  return users <= slots;
}

/** One of a hundred waits longer for a token. */
function longGapMs({ summary, gapMs }: FrontierPoint): number {
  return summary?.gapMs?.p99 ?? gapMs.p95.value;
}

interface Placed {
  readonly point: FrontierPoint;
}

function rate({ point }: Placed): number {
  return point.tokensPerSec.value;
}

function smoothest<One extends Placed>(list: readonly One[]): One {
  return list.reduce((best, one) => (longGapMs(one.point) < longGapMs(best.point) ? one : best));
}
