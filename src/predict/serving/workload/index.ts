export { type Arrivals, arrivalTimes, type Extent } from "./arrivals.ts";
export { chanceOf, gamma } from "./chance.ts";
export { type Lengths, lengthOf, parseLengths } from "./lengths.ts";
export type { PlannedRequest, Workload } from "./planned.ts";
export { type SessionShape, sessionWorkload } from "./sessions.ts";
export { type ArrivalStatistics, arrivalStatistics } from "./statistics.ts";
export { type Trace, readTrace } from "./trace.ts";
export { type ClosedLoop, closedWorkload, openWorkload, type RequestShape, scheduledWorkload } from "./loops.ts";
