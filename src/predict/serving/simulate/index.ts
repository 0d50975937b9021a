export { type EngineSettings } from "./engine-of.ts";
export type { EmbeddedSettings } from "./embedded.ts";
export type { LlamaServerSettings } from "./llama-server.ts";
export type { VllmSettings } from "./vllm.ts";
export { ROUTE_POLICIES, type RoutePolicy } from "./route.ts";
export type { RouterSettings } from "./router.ts";
export { type Outage, simulate, type Simulated, type SimulateQuestion } from "./simulate.ts";
export type { StepTimes, StepWork } from "./step-times.ts";
