export { enough, type Enough, type SimulatedLoad } from "./enough.ts";
export { machineFor, SIMULATED_ENGINES, type SimulatedEngine } from "./machine-for.ts";
export { type MeasuredRun, type Replay, replays, type Replays } from "./replays.ts";
