import type { ContextSizes } from "./context.ts";

/** Compute buffers under one length of context, bytes by back end. */
export interface AtContext {
  readonly sizes: ContextSizes;
  readonly bytes: readonly number[];
}

/**
 * Compute buffers between contexts that were replayed, where three of these lie in a line. Tensors grow linearly with the cells, and
 * most of what lies in a buffer at once bends upwards only: between the outer two of three points in a line nothing lies beside
 * it, but for what fragments. Undefined elsewhere.
 */
export function onLine(replayed: readonly AtContext[], at: ContextSizes): number[] | undefined {
  const points = replayed
    .filter(({ sizes }) => sizes.microBatch === at.microBatch && sizes.windowCells === at.windowCells)
    .toSorted((a, b) => a.sizes.cells - b.sizes.cells);
  const [first, middle] = points;
  const last = points.at(-1);
  if (!first || !middle || !last || middle === last) return undefined;
  if (at.cells < first.sizes.cells || at.cells > last.sizes.cells) return undefined;
  const along = (cells: number) => {
    const share = (cells - first.sizes.cells) / (last.sizes.cells - first.sizes.cells);
    return first.bytes.map((bytes, index) => Math.round(bytes + share * (last.bytes[index]! - bytes)));
  };
  const expected = along(middle.sizes.cells);
  return middle.bytes.every((bytes, index) => bytes === expected[index]) ? along(at.cells) : undefined;
}
