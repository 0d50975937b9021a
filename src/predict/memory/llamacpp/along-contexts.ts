import type { ContextSizes } from "./context.ts";

/** Compute buffers under one length of context, bytes by back end. */
export interface AtContext {
  readonly sizes: ContextSizes;
  readonly bytes: readonly number[];
}

/** Bytes an attention mask in half precision grows by, for each token and cell. */
const MASK_BYTES = 2;

/**
 * Compute buffers between contexts that were replayed, where these lie in a line. Tensors grow linearly with the cells, and most of
 * what lies in a buffer at once bends upwards only: between the outer two of three points in a line nothing lies beside it, but
 * for what fragments. Two points are enough where a buffer is as large in both, or grew as the mask alone: nothing grows more
 * slowly than that, so that nothing that bends upwards has a line of this slope but one that is straight. Undefined elsewhere.
 */
export function onLine(replayed: readonly AtContext[], at: ContextSizes): number[] | undefined {
  const points = replayed
    .filter(({ sizes }) => sizes.microBatch === at.microBatch && sizes.windowCells === at.windowCells)
    .toSorted((a, b) => a.sizes.cells - b.sizes.cells);
  const [first, middle] = points;
  const last = points.at(-1);
  if (!first || !middle || !last) return undefined;
  if (at.cells < first.sizes.cells || at.cells > last.sizes.cells) return undefined;
  const along = (cells: number) => {
    const share = (cells - first.sizes.cells) / (last.sizes.cells - first.sizes.cells);
    return first.bytes.map((bytes, index) => Math.round(bytes + share * (last.bytes[index]! - bytes)));
  };
  if (middle === last) return growAsMask(first, last) ? along(at.cells) : undefined;
  const expected = along(middle.sizes.cells);
  return middle.bytes.every((bytes, index) => bytes === expected[index]) ? along(at.cells) : undefined;
}

function growAsMask(first: AtContext, last: AtContext): boolean {
  const maskBytes = (last.sizes.cells - first.sizes.cells) * last.sizes.microBatch * MASK_BYTES;
  return last.bytes.every((bytes, index) => {
    const growth = bytes - first.bytes[index]!;
    return growth === 0 || growth === maskBytes;
  });
}
