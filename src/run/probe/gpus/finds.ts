import type { SeenGpu, SeenProcess } from "../parsers/seen.ts";

/** What a maker's tools found together. */
export interface Finds {
  readonly gpus: readonly SeenGpu[];
  readonly processes: readonly SeenProcess[];
  readonly notes: readonly string[];
}

export const NOTHING: Finds = { gpus: [], processes: [], notes: [] };
