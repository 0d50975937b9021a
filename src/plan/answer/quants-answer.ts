import type { Rig } from "../../facts/hardware/index.ts";
import type { QuantAdvice, RuntimeAdvice } from "../advise/index.ts";
import { shellWord } from "../command/index.ts";
import { ANSWER_VERSION, type ModelFacts, type RuntimeFacts } from "./fit-numbers.ts";
import { flagWords, type TypedFlags } from "./next-commands.ts";

/** Every quantization of a model on a rig: what runs it, what it takes, what it loses, and which to take. */
export interface QuantsAnswer extends QuantAdvice {
  readonly schema: typeof ANSWER_VERSION;
  readonly kind: "quants";
  readonly goal: string;
  readonly model: QuantsModel;
  readonly rig: Rig;
  /** what memory and speed of GGUF files are predicted for */
  readonly runtime: RuntimeFacts;
  /** programs for this model and rig, best for the goal first */
  readonly runtimes: readonly RuntimeAdvice[];
  readonly assumptions: readonly string[];
  readonly next: readonly string[];
}

/** The model, whatever its quantization. */
export interface QuantsModel extends Pick<
  ModelFacts,
  "name" | "architecture" | "parameters" | "contextLength" | "source"
> {
  /** id in the catalog, where it is known there */
  readonly id?: string;
}

export interface QuantsContext {
  readonly goal: string;
  readonly model: QuantsModel;
  readonly rig: Rig;
  readonly runtime: RuntimeFacts;
  readonly assumptions: readonly string[];
  /** how the model is named on the command line, without a file type */
  readonly modelArgument: string;
  readonly rigArguments?: string;
  /** what else was asked, as it is typed, for the next commands */
  readonly typed?: TypedFlags;
}

export function answerQuants(
  advice: QuantAdvice,
  runtimes: readonly RuntimeAdvice[],
  { modelArgument, rigArguments, typed = [], ...context }: QuantsContext,
): QuantsAnswer {
  const file = advice.choices.find(({ runtime }) => runtime === "llama.cpp");
  const rig = rigArguments === undefined ? [] : [rigArguments];
  const fit = [
    "loadout fit",
    shellWord(modelArgument),
    ...(file === undefined ? [] : [`--quant ${file.scheme}`]),
    ...flagWords(typed),
    ...rig,
  ].join(" ");
  return { schema: ANSWER_VERSION, kind: "quants", ...context, ...advice, runtimes, next: [fit] };
}
