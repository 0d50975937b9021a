export { type EngineSettings } from "./engine-of.ts";
export type { EmbeddedSettings } from "./embedded.ts";
export type { LlamaServerSettings } from "./llama-server.ts";
export type { VllmSettings } from "./vllm.ts";
export { ROUTE_POLICIES, type RoutePolicy } from "./route.ts";
export type { RouterSettings } from "./router.ts";
export { type Outage, simulate, type Simulated, type SimulateQuestion } from "./simulate.ts";
export type { StepTimes, StepWork } from "./step-times.ts";
export { calibrate, type CalibratedTimes, type Probe } from "./calibrate.ts";
export { compareRuns, type Comparison, type MetricError, type RequestError } from "./compare.ts";
export { type StepCosts, timesOf } from "./linear-times.ts";
export { paceTimes } from "./pace-times.ts";
export { type ShownRate, shownRates } from "./shown-rates.ts";
export { replayWorkload } from "./replay.ts";
export { vllmTimes } from "./server-times.ts";
export {
  FAILURES,
  type Failures,
  type FleetQuestion,
  type FleetSize,
  meetsTargets,
  sizeFleet,
  type Spares,
  sparesFor,
  summarizeAfter,
} from "./fleet.ts";
export { besideJobs } from "./beside.ts";
