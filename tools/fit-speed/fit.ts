import type { Lookup } from "../../src/predict/speed/index.ts";
import { type FitCase, predicted } from "../accuracy/speed/fit-case.ts";
import type { Priors } from "./priors.ts";
import { type Problem, solve, type Solution } from "./solve.ts";

/** Deviation of a device from its design, and of a row from its device, natural logarithm: assumed. */
const DEVICE_DEVIATION = 0.1;
const ROW_DEVIATION = 0.1;
/** Rows of one configuration count n^-0.4 each: most are its repetition. */
const REPETITION = -0.4;
const NUDGE = 1e-4;

export interface Fitted {
  readonly names: readonly string[];
  readonly solution: Solution;
  readonly log: Lookup;
}

/** Fits the coefficients to cases of one kind. `start`: coefficients of a fit nearby. */
export function fit(cases: readonly FitCase[], priors: Priors, start?: Fitted, steps?: number): Fitted {
  const names = [...priors.keys()];
  const problem = problemOf(cases, priors, names);
  const solution = solve(problem, start?.solution.at, steps);
  return { names, solution, log: lookup(names, solution.at) };
}

export function lookup(names: readonly string[], at: ArrayLike<number>): Lookup {
  const values = new Map(names.map((name, index) => [name, at[index]!]));
  return (name) => values.get(name) ?? 0;
}

function problemOf(cases: readonly FitCase[], priors: Priors, names: readonly string[]): Problem {
  const index = new Map(names.map((name, at) => [name, at]));
  const used = cases.map((one) => namesUsed(one, index));
  const devices = [...new Set(cases.map(({ device }) => device))];
  const deviceOf = cases.map(({ device }) => devices.indexOf(device));
  const counts = new Map<string, number>();
  for (const { configuration } of cases) counts.set(configuration, (counts.get(configuration) ?? 0) + 1);
  const weights = cases.map(({ configuration }) => counts.get(configuration)! ** REPETITION);
  const total = new Float64Array(devices.length);
  for (const [at, weight] of weights.entries()) total[deviceOf[at]!]! += weight * weight;
  // a device's common deviation is contracted out: random effects
  const kept = total.map((sum) => 1 - 1 / Math.sqrt(1 + sum * (DEVICE_DEVIATION / ROW_DEVIATION) ** 2));
  const logs = cases.map(({ tokensPerSec }) => Math.log(tokensPerSec));

  const errors = (at: Float64Array) => {
    const log: Lookup = (name) => at[index.get(name) ?? -1] ?? 0;
    return Float64Array.from(cases, (one, row) => Math.log(predicted(one, log)) - logs[row]!);
  };
  const contract = (values: readonly number[] | Float64Array): Float64Array => {
    const mean = new Float64Array(devices.length);
    for (const [row, weight] of weights.entries())
      mean[deviceOf[row]!]! += (weight * weight * values[row]!) / total[deviceOf[row]!]!;
    return Float64Array.from(weights, (weight, row) => {
      const device = deviceOf[row]!;
      return (weight * (values[row]! - kept[device]! * mean[device]!)) / ROW_DEVIATION;
    });
  };
  return {
    size: names.length,
    residuals: (at) => contract(errors(at)),
    jacobian: (at) => {
      const base = errors(at);
      const raw = cases.map((one, row) => {
        const line = new Float64Array(names.length);
        for (const parameter of used[row]!) {
          const moved: Lookup = (name) => {
            const where = index.get(name);
            if (where === undefined) return 0;
            return where === parameter ? at[where]! + NUDGE : at[where]!;
          };
          line[parameter] = (Math.log(predicted(one, moved)) - logs[row]! - base[row]!) / NUDGE;
        }
        return line;
      });
      const means = devices.map(() => new Float64Array(names.length));
      for (const [row, line] of raw.entries()) {
        const device = deviceOf[row]!;
        const share = (weights[row]! ** 2 / total[device]!) * kept[device]!;
        for (const parameter of used[row]!) means[device]![parameter]! += share * line[parameter]!;
      }
      for (const [row, line] of raw.entries()) {
        const mean = means[deviceOf[row]!]!;
        const scale = weights[row]! / ROW_DEVIATION;
        for (let parameter = 0; parameter < line.length; parameter++)
          line[parameter] = (line[parameter]! - mean[parameter]!) * scale;
      }
      return raw;
    },
    priorAt: Float64Array.from(names, (name) => priors.get(name)!.log),
    priorDeviation: Float64Array.from(names, (name) => priors.get(name)!.deviation),
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
