import type { Flags } from "../../../src/plan/ask/flags/index.ts";
import { changed, FLAG_ORDER, isFlagName, valuesOf, type Change } from "./flags.ts";

/** A question and those that stand beside it. */
export interface Asked {
  readonly flags: Flags;
  /** to be compared with, oldest first */
  readonly pinned: readonly Flags[];
}

/** Questions beside the one that is asked: with it four are compared. */
export const MOST_PINNED = 3;

const PINNED = "with";

/** "model=qwen3-8b&gpu=2xrtx-3090&context=32k": the names are the command line's, so a question can be read from its address. */
export function queryOf({ flags, pinned }: Asked): string {
  const query = parametersOf(flags);
  for (const one of pinned.slice(0, MOST_PINNED)) query.append(PINNED, String(parametersOf(one)));
  // what an address may hold unescaped stays readable
  return String(query).replaceAll("%3A", ":").replaceAll("%2F", "/").replaceAll("%2C", ",");
}

/** What an address asks; names that nobody knows are passed over. */
export function askedBy(query: string): Asked {
  const parameters = new URLSearchParams(query);
  const pinned = parameters
    .getAll(PINNED)
    .slice(0, MOST_PINNED)
    .map((text) => flagsOf(new URLSearchParams(text)))
    .filter((flags) => Object.keys(flags).length > 0);
  return { flags: flagsOf(parameters), pinned };
}

function parametersOf(flags: Flags): URLSearchParams {
  return new URLSearchParams(
    FLAG_ORDER.flatMap((name) => valuesOf(flags, name).map((value): [string, string] => [name, value])),
  );
}

function flagsOf(parameters: URLSearchParams): Flags {
  const change: Record<string, string[]> = {};
  for (const name of new Set(parameters.keys())) if (isFlagName(name)) change[name] = parameters.getAll(name);
  return changed({}, change satisfies Change);
}
