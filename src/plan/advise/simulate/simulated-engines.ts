/** Engines that a simulation knows. */
export const SIMULATED_ENGINES = ["llama-server", "embedded", "vllm"] as const;
export type SimulatedEngine = (typeof SIMULATED_ENGINES)[number];
