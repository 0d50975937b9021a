import { shellWord } from "../../../src/plan/command/index.ts";
import type { Flags } from "../../../src/plan/ask/flags/index.ts";
import { FLAG_ORDER, valueOf, valuesOf } from "./flags.ts";

/** The question as it is typed: `loadout fit qwen3-8b --gpu rtx-3090`. */
export function commandOf(command: string, flags: Flags): string {
  const model = valueOf(flags, "model");
  const typed = FLAG_ORDER.filter((name) => name !== "model").flatMap((name) =>
    valuesOf(flags, name).map((value) => `--${name} ${shellWord(value)}`),
  );
  // a file that was opened here is called by its name: the page does not learn where it lies
  const called = model?.startsWith("file:") ? `./${model.slice("file:".length)}` : model;
  return ["loadout", command, ...(called === undefined ? [] : [shellWord(called)]), ...typed].join(" ");
}
