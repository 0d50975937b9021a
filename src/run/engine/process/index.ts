export { systemClock, type Clock } from "./clock.ts";
export { GuardedProcess, type Ended, type GuardedOptions } from "./guarded-process.ts";
export { peakResidentBytes } from "./peak.ts";
export { processorMs } from "./processor-time.ts";
export { RESTART_POLICY, Restarts, type RestartPolicy } from "./restart-policy.ts";
export { Supervisor, type Launched } from "./supervisor.ts";
