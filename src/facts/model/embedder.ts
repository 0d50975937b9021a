import type { Geometry } from "./geometry.ts";

type Reads = Pick<Geometry, "cacheless" | "pooling">;

/** Whether a model makes vectors or scores of texts, and writes none. */
export function embedsTexts({ cacheless, pooling }: Reads): boolean {
  return cacheless === true || (pooling !== undefined && pooling !== "none");
}

/** Whether a text has to be read in one micro-batch: a row may need what comes behind it, or a vector all rows. */
export function readsWhole({ cacheless, pooling }: Reads): boolean {
  return cacheless === true || (pooling !== undefined && pooling !== "none" && pooling !== "last");
}
