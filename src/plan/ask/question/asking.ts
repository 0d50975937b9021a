import type { FrontierQuestion } from "../../advise/index.ts";
import type { DiskFacts } from "../../answer/index.ts";
import type { PlannedMachine } from "./machine.ts";
import type { BeforeOf, RanHere } from "./question.ts";
import type { ModelFlags } from "../flags/index.ts";
import type { Weights } from "../model/index.ts";

/**
 * Where the parts of a question come from. A command line reads files and probes this machine, a page has the catalog, files that
 * were dropped on it and rigs by hand: with the same parts both get the same answers.
 */
export interface Asking {
  /** the weights that a typed name means */
  readonly model: (typed: string, flags: ModelFlags) => Promise<Weights>;
  /** this machine, where the flags describe no other */
  readonly machine: () => Promise<PlannedMachine>;
  /** what is known besides where this machine is meant */
  readonly here?: (machine: PlannedMachine, weights: Weights) => Promise<Here>;
}

/** What was measured here of weights under an engine, with prompts and answers of about these lengths; newest first. */
export type RunsOf = (
  of: RanHere,
  lengths: { readonly promptTokens: number; readonly outputTokens: number },
) => Promise<Required<Pick<FrontierQuestion, "known" | "replies">>>;

/** Known of this machine alone. */
export interface Here {
  readonly before?: BeforeOf | undefined;
  /** room on the disk for these weights */
  readonly disk?: DiskFacts | undefined;
  readonly runs?: RunsOf | undefined;
}
