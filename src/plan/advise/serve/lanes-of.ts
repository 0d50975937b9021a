import { formatDuration, formatNumber } from "../../../facts/units/index.ts";
import type { LaneName, LaneSettings } from "../../../predict/serving/index.ts";
import type { Decision, Goal } from "../../fit/index.ts";
import { LANE_GOALS } from "./lane-goals.ts";

/** What lanes are derived from; what is not known stays absent, and a careful figure is taken. */
export interface LaneBasis {
  readonly goal: Goal;
  readonly slots: number;
  readonly preemption: LaneSettings["preemption"];
  /** chats at a time that find a place at once */
  readonly chats?: number;
  /** longest wait for a token wanted */
  readonly capMs?: number;
  /** a step of a long prompt */
  readonly stallMs?: number;
  /** whether that is as short as wanted */
  readonly keepsCap?: boolean;
  /** between two tokens of one stream where so many are answered at a time */
  readonly tokenMs?: (streams: number) => number | undefined;
  /** what a second prompt saves by sharing the first one's step */
  readonly sharedMs?: number;
  /** a prompt and its answer while all slots are taken */
  readonly serviceMs?: number;
  readonly arrivalsPerSec?: number;
}

export interface PlannedLanes {
  readonly lanes: LaneSettings;
  readonly decisions: readonly Decision[];
}

/** A stream beside a chat may lengthen its gaps by so much. */
const MOST_LONGER = 1.25;
/**
 * Quiet before cut batch goes on. Programs that ask on after an answer were back within 5 ms on loopback; between 20 ms and seconds
 * hardly anybody comes, so that longer quiet saves chats nothing.
 */
const QUIET_MS = 20;
const QUEUE: Readonly<Record<LaneName, { readonly unknown: number; readonly least: number; readonly most: number }>> = {
  interactive: { unknown: 64, least: 4, most: 1000 },
  batch: { unknown: 1000, least: 16, most: 10_000 },
};

/** How two lanes share one engine, each figure with its reason. */
export function lanesOf(basis: LaneBasis): PlannedLanes {
  const { slots, preemption, goal } = basis;
  const { agingMs, patienceMs, because } = LANE_GOALS[goal];
  const reserved = reservedOf(basis);
  const beside = besideOf(basis, Math.min(slots - 1, slots - reserved.value));
  const hold = holdOf(basis);
  const quiet = quietOf(basis);
  const queues = {
    interactive: queueOf(basis, "interactive", slots),
    batch: queueOf(basis, "batch", slots - reserved.value),
  };
  const lanes: LaneSettings = {
    slots,
    reserved: reserved.value,
    holdMs: hold.value,
    preemption,
    quietMs: quiet.value,
    agingMs,
    queue: { interactive: queues.interactive.value, batch: queues.batch.value },
    patienceMs,
    ...(beside ? { beside: beside.value } : {}),
  };
  const decided = (setting: string, { value, because: why }: Figure): Decision => ({ setting, value, because: why });
  return {
    lanes,
    decisions: [
      decided("places kept for chats", reserved),
      ...(beside ? [decided("batch beside a chat", beside)] : []),
      decided("hold ms", hold),
      ...(preemption === "rests" ? [] : [decided("quiet ms", quiet)]),
      decided("aging ms", { value: agingMs, because: because.aging }),
      decided("queue of chats", queues.interactive),
      decided("queue of batch", queues.batch),
      decided("patience of chats ms", { value: patienceMs.interactive, because: because.chats }),
      decided("patience of batch ms", { value: patienceMs.batch, because: because.batch }),
    ],
  };
}

interface Figure {
  readonly value: number;
  readonly because: string;
}

function reservedOf({ goal, slots, chats = 1, preemption }: LaneBasis): Figure {
  if (slots <= 1) return { value: 0, because: "there is one place: chats and batch take turns, chats first" };
  if (goal === "batch") return { value: 0, because: "jobs fill the machine" };
  if (goal !== "mixed")
    return {
      value: slots - 1,
      because: "the machine is for chats: batch gets one place, and only while they leave it",
    };
  const value = Math.min(slots - 1, Math.max(1, chats));
  const whose =
    value === 1
      ? "a chat finds a place at once, with its cache"
      : `${value} chats find a place at once, with their caches`;
  const rest =
    preemption === "cut"
      ? "; more chats take batch's places"
      : preemption === "rests"
        ? "; batch that rests keeps its own"
        : "";
  return { value, because: whose + rest };
}

/** How many batch streams a chat bears beside it; undefined where the engine lets them rest. */
function besideOf({ preemption, tokenMs, keepsCap, stallMs }: LaneBasis, most: number): Figure | undefined {
  if (preemption === "rests") return undefined;
  const alone = tokenMs?.(1);
  if (most <= 0) return { value: 0, because: "there is no place beside a chat" };
  if (tokenMs === undefined || alone === undefined)
    return { value: 0, because: "what a stream beside a chat costs it is not known" };
  if (keepsCap === false && stallMs !== undefined)
    return {
      value: 0,
      because: `a job's prompt beside a chat would hold its tokens up for ${formatDuration(stallMs)}`,
    };
  let value = 0;
  while (value < most && (tokenMs(2 + value) ?? Infinity) <= alone * MOST_LONGER) value++;
  const next = tokenMs(2 + value) ?? Infinity;
  const gaps = `a chat's token takes ${formatDuration(alone)} alone`;
  return value >= most
    ? {
        value,
        because: `${gaps}, ${formatDuration(tokenMs(1 + value) ?? alone)} beside all of them: weights are read once for all`,
      }
    : { value, because: `${gaps}, ${formatDuration(next)} with ${value + 1} beside it: more than a quarter longer` };
}

/** Held is the first of an idle engine; that pays where a second one usually comes within the time that sharing saves. */
function holdOf({ slots, sharedMs, arrivalsPerSec, capMs }: LaneBasis): Figure {
  if (slots <= 1) return { value: 0, because: "one place: there is nobody to share a step with" };
  if (sharedMs === undefined || sharedMs <= 0)
    return {
      value: 0,
      because: "the engine takes up newcomers at every step; what waiting for them would save is not known",
    };
  const worth = 1000 / sharedMs;
  const words = `two prompts in one step save ${formatDuration(sharedMs)}: waiting pays from ${formatNumber(worth)} requests a second on`;
  if (arrivalsPerSec === undefined || arrivalsPerSec <= worth)
    return { value: 0, because: `${words}; the engine takes up newcomers at every step` };
  const value = Math.min(capMs ?? sharedMs, sharedMs);
  return { value: Math.round(value), because: `${words}, and ${formatNumber(arrivalsPerSec)} come` };
}

function quietOf({ preemption }: LaneBasis): Figure {
  if (preemption === "rests") return { value: 0, because: "batch rests in the engine and goes on by itself" };
  return {
    value: QUIET_MS,
    because: "a program that asks on is back within it, a person takes seconds: longer quiet would only cost batch",
  };
}

/** As many as can begin before their patience ends. */
function queueOf({ goal, serviceMs }: LaneBasis, lane: LaneName, places: number): Figure {
  const { unknown, least, most } = QUEUE[lane];
  const patience = LANE_GOALS[goal].patienceMs[lane];
  if (serviceMs === undefined) return { value: unknown, because: "how long a request takes is not known" };
  const begun = Math.floor((patience / serviceMs) * Math.max(1, places));
  const value = Math.min(most, Math.max(least, begun));
  return {
    value,
    because: `a request takes ${formatDuration(serviceMs)} while all places are taken: about ${formatNumber(begun)} can begin within ${formatDuration(patience)}${begun < least ? `; never fewer than ${least}` : ""}`,
  };
}
