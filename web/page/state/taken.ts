import type { Flags } from "../../../src/plan/ask/flags/index.ts";
import type { Kind } from "../../../src/plan/ask/kinds/index.ts";
import { FLAG_ORDER, RIG_FLAGS, type FlagName } from "./flags.ts";

/** Kinds of answers that the page shows. */
export type ShownKind = Extract<Kind, "fit" | "numbers" | "kv" | "quants" | "cards" | "frontier">;

/** Flags that each kind takes, as its command does; the others of a question say nothing there. */
export const TAKEN: Readonly<Record<ShownKind, readonly FlagName[]>> = {
  fit: FLAG_ORDER,
  numbers: FLAG_ORDER,
  kv: FLAG_ORDER,
  quants: ["model", ...RIG_FLAGS, "goal", "context", "users", "kv-type", "build"],
  cards: ["model", "quant", "ram", "os", "goal", "context", "users", "kv-type"],
  frontier: ["model", "quant", ...RIG_FLAGS, "kv-type", "gpu-layers", "cpu-experts", "threads", "build"],
};

export function takenBy(kind: ShownKind, flags: Flags): Flags {
  return Object.fromEntries(TAKEN[kind].flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name]]])));
}
