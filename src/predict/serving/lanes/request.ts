import { Link } from "./chain.ts";
import type { LaneName } from "./lane.ts";

/**
 * Where a request is: it waits for its first turn, it was cut and waits for its next one, it is in the engine, it is being taken
 * out of it, or it is over.
 */
type Place = "waiting" | "again" | "engine" | "cutting" | "over";

/** What the policy knows of a request. A class, so that all have one shape and the engine keeps them fast. */
export class LaneRequest {
  readonly id: number;
  readonly lane: LaneName;
  readonly key: string;
  readonly costTokens: number;
  /** place in the order of arrival */
  readonly order: number;
  readonly arrivedMs: number;
  /** refused when it has not begun by then; Infinity: never */
  readonly latestMs: number;
  place: Place = "waiting";
  /** a first token came since it was last sent to the engine */
  started = false;
  left = false;
  dispatchedMs = 0;
  /** time in the engine before it was cut */
  ranMs = 0;
  /** aged: not cut before this; Infinity until its first token; 0: it may be cut */
  keptUntilMs = 0;
  heapIndex = -1;
  readonly inLane = new Link<LaneRequest>(this);
  readonly inKey = new Link<LaneRequest>(this);

  constructor(
    id: number,
    lane: LaneName,
    key: string,
    costTokens: number,
    order: number,
    arrivedMs: number,
    latestMs: number,
  ) {
    this.id = id;
    this.lane = lane;
    this.key = key;
    this.costTokens = costTokens;
    this.order = order;
    this.arrivedMs = arrivedMs;
    this.latestMs = latestMs;
  }
}
