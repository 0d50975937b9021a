import type { ContextSizes } from "./context.ts";

/** Compute buffers under one length of context, bytes by back end. */
export interface AtContext {
  readonly sizes: ContextSizes;
  readonly bytes: readonly number[];
}

/** Bytes an attention mask in half precision grows by, for each token and cell. */
const MASK_BYTES = 2;

/**
 * Compute buffers between contexts that were replayed, each where these lie in a line. Tensors grow linearly with the cells, and most
 * of what lies in a buffer at once bends upwards only: between the outer two of three points in a line nothing lies beside it, but
 * for what fragments. Two points are enough where a buffer is as large in both, or grew as the mask alone: nothing grows more
 * slowly than that, so that nothing that bends upwards has a line of this slope but one that is straight. Elsewhere between
 * neighbours that differ by no more than `slackBytes` of the buffer. Undefined where this holds for one of the buffers not.
 */
export function onLine(
  replayed: readonly AtContext[],
  at: ContextSizes,
  slackBytes: (buffer: number) => number,
): number[] | undefined {
  const points = replayed
    .filter(({ sizes }) => sizes.microBatch === at.microBatch && sizes.windowCells === at.windowCells)
    .toSorted((a, b) => a.sizes.cells - b.sizes.cells);
  const first = points[0];
  const last = points.at(-1);
  const lower = points.findLast(({ sizes }) => sizes.cells <= at.cells);
  const upper = points.find(({ sizes }) => sizes.cells >= at.cells);
  if (!first || !last || first === last || !lower || !upper) return undefined;
  const found: number[] = [];
  for (const buffer of first.bytes.keys()) {
    const growth = upper.bytes[buffer]! - lower.bytes[buffer]!;
    if (isLine(points, buffer)) found.push(along(first, last, buffer, at.cells));
    else if (growth >= 0 && growth <= slackBytes(buffer)) found.push(along(lower, upper, buffer, at.cells));
    else return undefined;
  }
  return found;
}

function isLine(points: readonly AtContext[], buffer: number): boolean {
  const [first, middle] = [points[0]!, points[1]!];
  const last = points.at(-1)!;
  if (middle !== last) return middle.bytes[buffer] === along(first, last, buffer, middle.sizes.cells);
  const growth = last.bytes[buffer]! - first.bytes[buffer]!;
  return growth === 0 || growth === (last.sizes.cells - first.sizes.cells) * last.sizes.microBatch * MASK_BYTES;
}

function along(first: AtContext, last: AtContext, buffer: number, cells: number): number {
  const [start, end] = [first.bytes[buffer]!, last.bytes[buffer]!];
  if (first === last) return start;
  return Math.round(start + ((cells - first.sizes.cells) / (last.sizes.cells - first.sizes.cells)) * (end - start));
}
