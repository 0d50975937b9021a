import type { Lookup } from "../../src/predict/speed/index.ts";
import { type FitCase, predicted } from "../accuracy/speed/fit-case.ts";
import type { Priors } from "./priors.ts";
import { type Problem, solve, type Solution } from "./solve.ts";

/** Deviation of a device from its design, and of a row from its device, natural logarithm: assumed. */
const DEVICE_DEVIATION = 0.1;
const ROW_DEVIATION = 0.1;
/** Rows of one configuration count n^-0.4 each: most are its repetition. */
const REPETITION = -0.4;
/** Configurations of one device count n^this each: its own misfits recur. */
const BREADTH: Readonly<Record<FitCase["kind"], number>> = { decode: -0.2, prefill: 0 };
const NUDGE = 1e-4;

export interface Fitted {
  readonly names: readonly string[];
  readonly solution: Solution;
  readonly log: Lookup;
  /** value of a coefficient or of a device's effect, undefined where the fit has none */
  readonly of: (name: string) => number | undefined;
}

/** Fits the coefficients to cases of one kind. `start`: coefficients of a fit nearby. */
export function fit(cases: readonly FitCase[], priors: Priors, start?: Fitted, steps?: number): Fitted {
  const own = [...priors.keys()];
  const devices = [...new Set(cases.map(({ device }) => device))];
  const names = [...own, ...devices.map(effectOf)];
  const problem = problemOf(cases, priors, names);
  const solution = solve(problem, start && names.map((name, at) => start.of(name) ?? problem.priorAt[at]!), steps);
  const values = new Map(names.map((name, at) => [name, solution.at[at]!]));
  return {
    names: own,
    solution,
    log: (name) => values.get(name) ?? 0,
    of: (name) => values.get(name),
  };
}

/** A device's own deviation from its design: known in the fit so that rows of one device agree, never used in a prediction. */
function effectOf(device: string): string {
  return `device ${device}`;
}

function problemOf(cases: readonly FitCase[], priors: Priors, names: readonly string[]): Problem {
  const index = new Map(names.map((name, at) => [name, at]));
  const used = cases.map((one) => namesUsed(one, index));
  const effects = cases.map(({ device }) => index.get(effectOf(device))!);
  const counts = new Map<string, number>();
  for (const { configuration } of cases) counts.set(configuration, (counts.get(configuration) ?? 0) + 1);
  const configurations = new Map<string, Set<string>>();
  for (const { device, configuration } of cases)
    configurations.set(device, (configurations.get(device) ?? new Set()).add(configuration));
  const weights = cases.map(
    ({ kind, configuration, device }) =>
      (counts.get(configuration)! ** REPETITION * configurations.get(device)!.size ** BREADTH[kind]) / ROW_DEVIATION,
  );
  const logs = cases.map(({ tokensPerSec }) => Math.log(tokensPerSec));
  const errors = (at: ArrayLike<number>) => {
    const log: Lookup = (name) => at[index.get(name) ?? -1] ?? 0;
    return cases.map((one, row) => Math.log(predicted(one, log)) + at[effects[row]!]! - logs[row]!);
  };
  return {
    size: names.length,
    residuals: (at) => Float64Array.from(errors(at), (error, row) => error * weights[row]!),
    jacobian: (at) => {
      const base = errors(at);
      return cases.map((one, row) => {
        const line = new Float64Array(names.length);
        const effect = at[effects[row]!]!;
        for (const parameter of used[row]!) {
          const moved: Lookup = (name) => {
            const where = index.get(name);
            if (where === undefined) return 0;
            return where === parameter ? at[where]! + NUDGE : at[where]!;
          };
          const error = Math.log(predicted(one, moved)) + effect - logs[row]!;
          line[parameter] = ((error - base[row]!) / NUDGE) * weights[row]!;
        }
        line[effects[row]!] = weights[row]!;
        return line;
      });
    },
    priorAt: Float64Array.from(names, (name) => priors.get(name)?.log ?? 0),
    priorDeviation: Float64Array.from(names, (name) => priors.get(name)?.deviation ?? DEVICE_DEVIATION),
  };
}

/** Parameters a case asks for. */
function namesUsed(one: FitCase, index: ReadonlyMap<string, number>): readonly number[] {
  const asked = new Set<number>();
  predicted(one, (name) => {
    const at = index.get(name);
    if (at !== undefined) asked.add(at);
    return name.startsWith("layer:") ? -10 : 0;
  });
  return [...asked];
}
