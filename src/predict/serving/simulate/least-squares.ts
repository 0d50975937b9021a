const ROUNDS = 14;
const NUDGE = 0.02;
const ENOUGH = 1e-4;

/**
 * Gauss and Newton's steps, damped: minimises the sum of squares of `residuals` and of the distance from `from` in units of
 * `deviation`. Slopes by finite differences: a simulation has no others.
 */
export function leastSquares(
  residuals: (at: readonly number[]) => readonly number[],
  from: readonly number[],
  deviation: number,
): readonly number[] {
  const size = from.length;
  const pulled = (at: readonly number[]) => [
    ...residuals(at),
    ...at.map((value, index) => (value - from[index]!) / deviation),
  ];
  const squares = (values: readonly number[]) => values.reduce((sum, value) => sum + value * value, 0);
  let at: readonly number[] = from;
  let values = pulled(at);
  let damping = 1e-2;
  for (let round = 0; round < ROUNDS; round++) {
    const slopes = at.map((_, moved) => {
      const nudged = pulled(at.map((value, index) => (index === moved ? value + NUDGE : value)));
      return nudged.map((value, index) => (value - values[index]!) / NUDGE);
    });
    let better = false;
    for (let tries = 0; tries < 6 && !better; tries++) {
      const matrix = Array.from({ length: size }, (_, row) =>
        Array.from({ length: size }, (__, column) => {
          const product = dot(slopes[row]!, slopes[column]!);
          return row === column ? product * (1 + damping) : product;
        }),
      );
      const step = solved(
        matrix,
        slopes.map((slope) => -dot(slope, values)),
      );
      const next = at.map((value, index) => value + Math.max(-1, Math.min(1, step[index]!)));
      const there = pulled(next);
      const won = 1 - squares(there) / squares(values);
      if (won > 0) {
        better = won > ENOUGH;
        at = next;
        values = there;
        damping /= 4;
        if (!better) return at;
      } else damping *= 6;
    }
    if (!better) return at;
  }
  return at;
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!;
  return sum;
}

/** Elimination with the largest pivot; a row of nothing gives nothing. */
function solved(matrix: number[][], right: number[]): number[] {
  const size = right.length;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++)
      if (Math.abs(matrix[row]![column]!) > Math.abs(matrix[pivot]![column]!)) pivot = row;
    [matrix[column], matrix[pivot]] = [matrix[pivot]!, matrix[column]!];
    [right[column], right[pivot]] = [right[pivot]!, right[column]!];
    const by = matrix[column]![column]!;
    if (Math.abs(by) < 1e-300) continue;
    for (let row = column + 1; row < size; row++) {
      const factor = matrix[row]![column]! / by;
      for (let at = column; at < size; at++) matrix[row]![at]! -= factor * matrix[column]![at]!;
      right[row]! -= factor * right[column]!;
    }
  }
  const result = Array.from({ length: size }, () => 0);
  for (let row = size - 1; row >= 0; row--) {
    let sum = right[row]!;
    for (let at = row + 1; at < size; at++) sum -= matrix[row]![at]! * result[at]!;
    const by = matrix[row]![row]!;
    result[row] = Math.abs(by) < 1e-300 ? 0 : sum / by;
  }
  return result;
}
