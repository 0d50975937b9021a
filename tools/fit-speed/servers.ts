import type { Lookup } from "../../src/predict/speed/index.ts";
import { serverRates } from "../../src/predict/serving/index.ts";
import type { ServerCase } from "../accuracy/speed/server/case.ts";
import type { ServerQuestion } from "../accuracy/speed/server/question.ts";
import { solve } from "./solve.ts";

/** Centres as a maker's sheet or a measurement of the part alone suggests them; deviations wide. Logarithms of the values. */
const PRIORS: readonly (readonly [name: string, value: number, deviation: number])[] = [
  ["weights", 0.85, 0.1],
  ["cache", 0.6, 0.4],
  ["decode", 0.6, 0.4],
  ["prefill", 0.6, 0.3],
  ["layer", 60e-6, 0.4],
  ["step", 1.5e-3, 0.7],
  ["exchange", 15e-6, 0.7],
  ["link", 5e9, 0.7],
  ["link-sharing", 0.75, 0.4],
  ["power", 0.7, 0.4],
];
const ROW_DEVIATION = 0.12;
const REPETITION = -0.5;
const NUDGE = 1e-4;

export type ServerFit = ReadonlyMap<string, readonly [log: number, deviation: number]>;

export function serverRate(one: ServerQuestion, log: Lookup): number {
  const { model, cards, requests, replicas } = one;
  return serverRates(model.load, model.width, cards, requests, { replicas, log }).outputTokensPerSec.value;
}

export function fitServers(cases: readonly ServerCase[]): ServerFit {
  const names = PRIORS.map(([name]) => name);
  const counts = new Map<string, number>();
  const keyOf = (one: ServerCase) => `${one.format}|${one.layout}`;
  for (const one of cases) counts.set(keyOf(one), (counts.get(keyOf(one)) ?? 0) + 1);
  const weights = cases.map((one) => (3 * counts.get(keyOf(one))! ** REPETITION) / (3 * ROW_DEVIATION));
  const residuals = (at: ArrayLike<number>) =>
    Float64Array.from(cases, (one, row) => {
      const log: Lookup = (name) => at[names.indexOf(name)] ?? 0;
      return weights[row]! * Math.log(serverRate(one.question, log) / one.rate);
    });
  const solution = solve({
    size: names.length,
    residuals,
    jacobian: (at) => {
      const base = residuals(at);
      const columns = names.map((_, parameter) => {
        const moved = Float64Array.from(at);
        moved[parameter]! += NUDGE;
        return residuals(moved);
      });
      return cases.map((_, row) => Float64Array.from(columns, (column) => (column[row]! - base[row]!) / NUDGE));
    },
    priorAt: Float64Array.from(PRIORS, ([, value]) => Math.log(value)),
    priorDeviation: Float64Array.from(PRIORS, ([, , deviation]) => deviation),
  });
  return new Map(names.map((name, at) => [name, [solution.at[at]!, solution.deviations[at]!]]));
}

export function lookupIn(fit: ServerFit): Lookup {
  return (name) => fit.get(name)?.[0] ?? 0;
}

/** Every case by the fit without its group. */
export function withoutGroups(
  cases: readonly ServerCase[],
  groupOf: (one: ServerCase) => string,
): { readonly rates: number[]; readonly fits: ReadonlyMap<string, ServerFit> } {
  const fits = new Map(
    [...new Set(cases.map(groupOf))].map((group) => [group, fitServers(cases.filter((one) => groupOf(one) !== group))]),
  );
  return { rates: cases.map((one) => serverRate(one.question, lookupIn(fits.get(groupOf(one))!))), fits };
}
