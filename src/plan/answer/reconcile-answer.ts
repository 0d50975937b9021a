import type { LogAdvice, LogRow, Reconciled, ReconciledTerm } from "../reconcile/index.ts";
import { ANSWER_VERSION } from "./fit-numbers.ts";

/** What a start-up log says, what is predicted for it, and what to change. */
export interface ReconcileAnswer {
  readonly schema: typeof ANSWER_VERSION;
  readonly kind: "reconcile";
  readonly engine: {
    readonly program: string;
    readonly version?: string;
    /** as the log prints it */
    readonly build?: string;
    /** what is predicted for */
    readonly predictedFor?: { readonly label: string; readonly because: string };
    readonly backend: string;
  };
  /** as printed; `null`: not printed */
  readonly model: LogRow["model"];
  readonly settings: LogRow["settings"];
  readonly terms: readonly ReconciledTerm[];
  /** terms as predicted at the digits printed, off, and without a prediction */
  readonly equal: number;
  readonly off: number;
  readonly notPredicted: number;
  readonly missing: readonly string[];
  readonly advice: readonly LogAdvice[];
}

export function answerReconcile({ log, row, terms, missing, build, advice }: Reconciled): ReconcileAnswer {
  const compared = terms.filter(({ residualBytes }) => residualBytes !== undefined);
  const equal = compared.filter(({ residualBytes }) => residualBytes === 0).length;
  return {
    schema: ANSWER_VERSION,
    kind: "reconcile",
    engine: {
      program: log.program,
      ...(log.version === undefined ? {} : { version: log.version }),
      ...(log.build === undefined ? {} : { build: log.build }),
      ...(build === undefined ? {} : { predictedFor: build }),
      backend: row.backend,
    },
    model: { ...row.model, name: log.model.words["general.name"] ?? null },
    settings: row.settings,
    terms,
    equal,
    off: compared.length - equal,
    notPredicted: terms.length - compared.length,
    missing,
    advice,
  };
}
