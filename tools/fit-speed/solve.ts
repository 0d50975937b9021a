/** Least squares with soft-L1 residuals and priors of the same tails, by Levenberg and Marquardt's way of damping Gauss-Newton. */
export interface Problem {
  readonly size: number;
  /** residuals at a point, in units of their deviation */
  residuals(at: Float64Array): Float64Array;
  /** derivatives, row by row: residual x parameter */
  jacobian(at: Float64Array): readonly Float64Array[];
  readonly priorAt: Float64Array;
  readonly priorDeviation: Float64Array;
}

export interface Solution {
  readonly at: Float64Array;
  /** standard errors, in units in which residuals have a deviation of one */
  readonly deviations: Float64Array;
  readonly steps: number;
}

const MOST_STEPS = 60;
const ENOUGH = 1e-7;

export function solve(problem: Problem, start: ArrayLike<number> = problem.priorAt, mostSteps = MOST_STEPS): Solution {
  let at = Float64Array.from(start);
  let residuals = problem.residuals(at);
  let cost = costOf(problem, at, residuals);
  let damping = 1e-3;
  let steps = 0;
  let normal = normalOf(problem, at, residuals);
  while (steps < mostSteps) {
    steps += 1;
    const step = solveDamped(normal, damping);
    const next = at.map((value, index) => value + step[index]!);
    const nextResiduals = problem.residuals(next);
    const nextCost = costOf(problem, next, nextResiduals);
    if (!(nextCost < cost)) {
      damping *= 8;
      if (damping > 1e8) break;
      continue;
    }
    const gain = (cost - nextCost) / cost;
    [at, residuals, cost] = [next, nextResiduals, nextCost];
    damping = Math.max(1e-9, damping / 6);
    normal = normalOf(problem, at, residuals);
    if (gain < ENOUGH) break;
  }
  return { at, deviations: deviationsOf(normal), steps };
}

interface Normal {
  readonly matrix: readonly Float64Array[];
  readonly gradient: Float64Array;
}

/** Soft-L1: grows as the square near zero, linearly far out, so that one odd design or row pulls with bounded force. */
function softened(value: number): number {
  return 2 * (Math.sqrt(1 + value * value) - 1);
}

function costOf(problem: Problem, at: Float64Array, residuals: Float64Array): number {
  let cost = 0;
  for (const residual of residuals) cost += softened(residual);
  for (let index = 0; index < problem.size; index++) {
    const off = (at[index]! - problem.priorAt[index]!) / problem.priorDeviation[index]!;
    cost += softened(off);
  }
  return cost;
}

function normalOf(problem: Problem, at: Float64Array, residuals: Float64Array): Normal {
  const { size } = problem;
  const matrix = Array.from({ length: size }, () => new Float64Array(size));
  const gradient = new Float64Array(size);
  for (const [index, row] of problem.jacobian(at).entries()) {
    const residual = residuals[index]!;
    const weight = 1 / Math.sqrt(1 + residual * residual);
    const used: number[] = [];
    for (let i = 0; i < size; i++) if (row[i] !== 0) used.push(i);
    for (const i of used) {
      const scaled = weight * row[i]!;
      gradient[i]! += scaled * residual;
      const line = matrix[i]!;
      for (const j of used) if (j <= i) line[j]! += scaled * row[j]!;
    }
  }
  for (let i = 0; i < size; i++) {
    const off = (at[i]! - problem.priorAt[i]!) / problem.priorDeviation[i]!;
    const tight = 1 / (problem.priorDeviation[i]! ** 2 * Math.sqrt(1 + off * off));
    matrix[i]![i]! += tight;
    gradient[i]! += tight * (at[i]! - problem.priorAt[i]!);
    for (let j = 0; j < i; j++) matrix[j]![i] = matrix[i]![j]!;
  }
  return { matrix, gradient };
}

function solveDamped({ matrix, gradient }: Normal, damping: number): Float64Array {
  const lower = cholesky(matrix.map((row, i) => row.map((value, j) => (i === j ? value * (1 + damping) : value))));
  return back(
    lower,
    gradient.map((value) => -value),
  );
}

function deviationsOf({ matrix }: Normal): Float64Array {
  const lower = cholesky(matrix);
  return Float64Array.from(matrix, (_, index) => {
    const unit = new Float64Array(matrix.length);
    unit[index] = 1;
    return Math.sqrt(back(lower, unit)[index]!);
  });
}

function cholesky(matrix: readonly Float64Array[]): readonly Float64Array[] {
  const lower = matrix.map((row) => new Float64Array(row.length));
  for (let i = 0; i < matrix.length; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i]![j]!;
      for (let k = 0; k < j; k++) sum -= lower[i]![k]! * lower[j]![k]!;
      lower[i]![j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / lower[j]![j]!;
    }
  }
  return lower;
}

function back(lower: readonly Float64Array[], right: Float64Array): Float64Array {
  const size = lower.length;
  const middle = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    let sum = right[i]!;
    for (let k = 0; k < i; k++) sum -= lower[i]![k]! * middle[k]!;
    middle[i] = sum / lower[i]![i]!;
  }
  const result = new Float64Array(size);
  for (let i = size - 1; i >= 0; i--) {
    let sum = middle[i]!;
    for (let k = i + 1; k < size; k++) sum -= lower[k]![i]! * result[k]!;
    result[i] = sum / lower[i]![i]!;
  }
  return result;
}
