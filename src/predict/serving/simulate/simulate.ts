import type { LaneSettings } from "../lanes/lane.ts";
import type { RequestRecord } from "../measures/index.ts";
import type { Workload } from "../workload/index.ts";
import { type EngineSettings } from "./engine-of.ts";
import type { RouterSettings } from "./router.ts";
import { Run } from "./run.ts";
import type { StepTimes } from "./step-times.ts";

/** A machine is away: it fails, restarts, or is not there yet. What it held is lost. */
export interface Outage {
  readonly replica: number;
  readonly atMs: number;
  /** until it takes requests again: loading a model takes a minute to a quarter of an hour */
  readonly downMs: number;
}

export interface SimulateQuestion {
  readonly workload: Workload;
  readonly engine: EngineSettings;
  readonly times: StepTimes;
  /** the gateway's lanes in front of all machines; absent: requests go straight to them */
  readonly lanes?: LaneSettings;
  /** machines alike; absent: 1 */
  readonly replicas?: number;
  /** absent: least-loaded, current */
  readonly router?: RouterSettings;
  readonly outages?: readonly Outage[];
  /** until who sent a request to a machine that fails notices, and sends it again; absent: 1000 */
  readonly noticeMs?: number;
  /** from a client's send until the request is at the gateway or engine; absent: 0 */
  readonly requestMs?: number;
  /** clients leave that have no first token by then */
  readonly patienceMs?: number;
  /** what is not over by then is unfinished */
  readonly untilMs?: number;
  readonly seed: number;
  /** false: records hold no times of tokens, only of the first; for very many requests */
  readonly tokenTimes?: boolean;
}

export interface Simulated {
  readonly records: readonly RequestRecord[];
  readonly endMs: number;
  /** of all machines together */
  readonly steps: number;
  readonly preempted: number;
  /** most that one machine's cache was filled, 0 to 1 */
  readonly mostHeldShare: number;
  /** requests that each machine answered */
  readonly answered: readonly number[];
  /** requests that were sent again because a machine failed */
  readonly sentAgain: number;
}

/** Discrete events, seeded, pure: the same question gives the same records to the bit. */
export function simulate(question: SimulateQuestion): Simulated {
  return new Run(question).toEnd();
}
