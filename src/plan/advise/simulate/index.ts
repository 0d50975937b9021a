export { enough, type Enough, type SimulatedLoad } from "./enough.ts";
export { machineFor, type SimulatedMachine } from "./machine-for.ts";
export { SIMULATED_ENGINES, type SimulatedEngine } from "./simulated-engines.ts";
export { type MeasuredRun, type Replay, replays, type Replays } from "./replays.ts";
