/** Loadout as a library: the pure rooms in one import. Each is also reachable alone: loadout/facts, /predict, /plan. */
export * from "./facts/index.ts";
export * from "./plan/index.ts";
export * from "./predict/index.ts";
