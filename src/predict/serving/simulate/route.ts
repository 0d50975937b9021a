import { seededRandom } from "../../../facts/units/index.ts";
import type { PlannedRequest } from "../workload/index.ts";
import { boundedHash } from "./bounded-hash.ts";

export const ROUTE_POLICIES = [
  "random",
  "round-robin",
  "power-of-two",
  "least-loaded",
  "bounded-hash",
  "prefix-aware",
  "matched-minus-load",
] as const;

/**
 * How requests find a machine. bounded-hash: the same beginning goes to the same machine unless that has more than its share;
 * prefix-aware: to whoever was sent most of the beginning, whatever its load; matched-minus-load: matched share of the prompt minus
 * `beta` x (load - mean) / mean.
 */
export type RoutePolicy = (typeof ROUTE_POLICIES)[number];

export interface RouteSettings {
  readonly policy: RoutePolicy;
  /** weight of load against what matches; absent: 1 */
  readonly beta?: number;
  /** bounded-hash: no machine gets more than this times the mean; absent: 1.25 */
  readonly bound?: number;
}

/** What a router knows when it picks. */
export interface RouteViews {
  /** requests at each machine when it was last looked at, and those sent there since */
  readonly loads: Float64Array;
  /** 0: down or starting */
  readonly alive: Uint8Array;
  /** their sum over those that are there, and how many these are */
  readonly totalLoad: number;
  readonly aliveCount: number;
  /** tokens of the request's beginning that were sent to machines before; only asked for by policies that look */
  matched(): ReadonlyMap<number, number>;
}

/** A machine for the request; -1: none is there. */
export type Pick = (request: PlannedRequest, views: RouteViews) => number;

export function pickBy({ policy, beta = 1, bound = 1.25 }: RouteSettings, seed: number): Pick {
  const random = seededRandom(seed);
  if (policy === "random") return (_, views) => anyAlive(views, random);
  if (policy === "round-robin") return roundRobin();
  if (policy === "power-of-two")
    return (_, views) => {
      const [one, other] = [anyAlive(views, random), anyAlive(views, random)];
      return one >= 0 && views.loads[other]! < views.loads[one]! ? other : one;
    };
  if (policy === "least-loaded") return (_, views) => leastLoaded(views, random);
  if (policy === "bounded-hash") return boundedHash(bound, seed);
  if (policy === "prefix-aware")
    return (_, views) => {
      let best = -1;
      let most = 0;
      for (const [replica, tokens] of views.matched())
        if (
          views.alive[replica] &&
          (tokens > most || (tokens === most && views.loads[replica]! < views.loads[best]!))
        ) {
          best = replica;
          most = tokens;
        }
      return best >= 0 ? best : leastLoaded(views, random);
    };
  return (request, views) => {
    const mean = views.totalLoad / Math.max(1, views.aliveCount);
    const score = (replica: number, tokens: number) =>
      tokens / request.promptTokens - (beta * (views.loads[replica]! - mean)) / Math.max(1, mean);
    let best = leastLoaded(views, random);
    if (best < 0) return best;
    const matched = views.matched();
    let most = score(best, matched.get(best) ?? 0);
    for (const [replica, tokens] of matched) {
      const here = views.alive[replica] ? score(replica, tokens) : -Infinity;
      if (here <= most) continue;
      best = replica;
      most = here;
    }
    return best;
  };
}

function roundRobin(): Pick {
  let last = -1;
  return (_, { alive }) => {
    for (let tried = 0; tried < alive.length; tried++) {
      last = (last + 1) % alive.length;
      if (alive[last]) return last;
    }
    return -1;
  };
}

function anyAlive({ alive, aliveCount }: RouteViews, random: () => number): number {
  if (aliveCount === 0) return -1;
  for (let tried = 0; tried < 16; tried++) {
    const replica = Math.floor(random() * alive.length);
    if (alive[replica]) return replica;
  }
  let nth = Math.floor(random() * aliveCount);
  return alive.findIndex((there) => there === 1 && nth-- === 0);
}

/** From a place that chance picks, so that ties do not all go to the first. */
function leastLoaded({ loads, alive }: RouteViews, random: () => number): number {
  const count = loads.length;
  const from = Math.floor(random() * count);
  let best = -1;
  let least = Infinity;
  for (let at = from; at < count; at++)
    if (loads[at]! < least && alive[at]) {
      best = at;
      least = loads[at]!;
      if (least === 0) return best;
    }
  for (let at = 0; at < from; at++)
    if (loads[at]! < least && alive[at]) {
      best = at;
      least = loads[at]!;
      if (least === 0) return best;
    }
  return best;
}
