/** Points that no other beats in both: none is as far left and as high. From left to right. */
export function frontier<Point extends { readonly x: number; readonly y: number }>(points: readonly Point[]): Point[] {
  const kept: Point[] = [];
  let best = -Infinity;
  for (const point of points.toSorted((one, other) => one.x - other.x || other.y - one.y)) {
    if (point.y <= best) continue;
    best = point.y;
    kept.push(point);
  }
  return kept;
}
