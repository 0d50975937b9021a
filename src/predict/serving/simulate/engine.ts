import type { SimRequest } from "./sim-request.ts";
import type { StepWork } from "./step-times.ts";

/** Who is told what engines do with requests. */
export interface Sink {
  /** its first token is there */
  started(request: SimRequest, atMs: number): void;
  /** it is out of the engine: outcome, or cancelled */
  ended(request: SimRequest, atMs: number): void;
}

/** What a run counts beside its records. */
export interface EngineCounts {
  steps: number;
  /** requests that lost their cache to others and were computed again */
  preempted: number;
  /** most tokens that caches held at once, idle ones left out */
  mostHeldTokens: number;
  /** room for them */
  roomTokens: number;
}

/** One machine's engine between two steps: it composes the next one, and is told when it ended. */
export interface Engine {
  /** requests inside, waiting ones too */
  readonly load: number;
  /** tokens still to compute, about: what least-loaded routers look at */
  readonly work: StepWork;
  readonly counts: EngineCounts;
  submit(request: SimRequest, atMs: number): void;
  /** Marks it; it is out when the step under way is over (`sink.ended`). `stepping`: a step is under way. */
  cancel(request: SimRequest, atMs: number, stepping: boolean): void;
  /** Fills `work` with the next step; false: nothing to do. */
  compose(atMs: number): boolean;
  /** Where it composed nothing although it has something to do: when to ask again. Absent or Infinity: when something comes */
  readonly wakeMs?: number;
  /** The step that was composed ended. */
  finish(atMs: number): void;
  /** Everything inside is lost: returns it, caches are empty. */
  crash(): SimRequest[];
}
