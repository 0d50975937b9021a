import type { FitCase } from "../accuracy/speed/fit-case.ts";
import { predicted } from "../accuracy/speed/fit-case.ts";
import { fit, type Fitted } from "./fit.ts";
import { PRIORS } from "./priors.ts";

/** A fit of all cases of one kind, and of those that remain without each device. */
export interface Folds {
  readonly whole: Fitted;
  readonly without: ReadonlyMap<string, Fitted>;
  /** rates by the fold that left the case's device out, in the order of the cases */
  readonly rates: readonly number[];
}

/** Enough from a start as near as the whole fit. */
const FOLD_STEPS = 15;

export function foldsOf(kind: FitCase["kind"], cases: readonly FitCase[]): Folds {
  const whole = fit(cases, PRIORS[kind]);
  const without = new Map<string, Fitted>();
  for (const left of new Set(cases.map(({ device }) => device))) {
    const others = cases.filter(({ device }) => device !== left);
    without.set(left, fit(others, PRIORS[kind], whole, FOLD_STEPS));
  }
  return { whole, without, rates: cases.map((one) => predicted(one, without.get(one.device)!.log)) };
}
