export { VLLM } from "./coefficients.ts";
export { type Banded, type ServerOptions, type ServerRates, serverRates, streamsAt } from "./rates.ts";
export { type ServerCards, type ServerRequests, type ServerTimes, serverTimes } from "./step.ts";
export { ASSUMED_GUESSES, GUESSED_SPREAD, headLoad, type ServerSpeculation } from "./speculation.ts";
export type * from "./lanes/lane.ts";
export { LanePolicy } from "./lanes/policy.ts";
export * from "./prompts/index.ts";
export {
  type Arrivals,
  type ArrivalStatistics,
  arrivalStatistics,
  type ClosedLoop,
  closedWorkload,
  type Extent,
  type Lengths,
  openWorkload,
  parseLengths,
  type PlannedRequest,
  readTrace,
  type RequestShape,
  scheduledWorkload,
  type SessionShape,
  sessionWorkload,
  type Trace,
  type Workload,
} from "./workload/index.ts";
export * from "./measures/index.ts";
export * from "./simulate/index.ts";
