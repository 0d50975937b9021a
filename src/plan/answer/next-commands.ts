import { shellWord } from "../command/index.ts";

/** Flags as they were typed, each with its value. */
export type TypedFlags = readonly (readonly [flag: string, value: string])[];

/** What each command takes of a question, besides a model and a rig. */
const TAKEN = {
  start: ["--goal", "--context", "--users", "--micro-batch", "--kv-type", "--gpu-layers", "--cpu-experts", "--threads"],
  quants: ["--goal", "--context", "--users", "--kv-type"],
  gpus: ["--goal", "--context", "--users", "--kv-type"],
  offload: [
    "--goal",
    "--context",
    "--users",
    "--kv-type",
    "--prompt",
    "--cached",
    "--answer",
    "--disk",
    "--runtime",
    "--build",
  ],
} as const satisfies Record<string, readonly string[]>;

/** "--context 32k --users 4", as words of a command line; `command` takes only some. */
export function flagWords(typed: TypedFlags, command?: keyof typeof TAKEN): string[] {
  const taken: readonly string[] | undefined = command && TAKEN[command];
  return typed
    .filter(([flag]) => taken === undefined || taken.includes(flag))
    .map(([flag, value]) => (value === "" ? flag : `${flag} ${shellWord(value)}`));
}

/** The model as it is typed, the rig as it was written (absent: this machine), what was asked, and how it came out. */
export interface Asked {
  readonly modelArgument: string;
  readonly rigArguments?: string;
  readonly typed?: TypedFlags;
  /** its weights are here, so that it can be started */
  readonly atHand: boolean;
  readonly runs: boolean;
  /** makes vectors or scores of texts: what is asked about written tokens is not asked */
  readonly embeds?: "vectors" | "scores" | undefined;
}

/** The next useful commands after `fit`; each asks about the same model, rig and wishes. */
export function afterFit({ modelArgument, rigArguments, typed = [], atHand, runs, embeds }: Asked): string[] {
  const model = shellWord(modelArgument);
  const rig = rigArguments === undefined ? [] : [rigArguments];
  const words = (...parts: readonly (string | readonly string[])[]) => parts.flat().join(" ");
  const explain = words("loadout explain", model, rig, flagWords(typed));
  const gpus = words("loadout gpus --for", model, flagWords(typed, "gpus"));
  const here = rigArguments === undefined;
  if (embeds !== undefined) {
    const serve = words("loadout serve", model, embeds === "scores" ? "--rerank" : "--embed");
    return runs && here && atHand ? [serve, explain] : [explain];
  }
  // what is started is started here, whatever the rig that was asked about; what is not here cannot be started yet
  if (runs) {
    if (here && atHand) return [words("loadout --model", model, flagWords(typed, "start")), explain];
    return [explain, words("loadout quants", model, rig, flagWords(typed, "quants"))];
  }
  return here
    ? [explain, "loadout fit", gpus]
    : [words("loadout offload", model, rig, flagWords(typed, "offload")), gpus];
}
