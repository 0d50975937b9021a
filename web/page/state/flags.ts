import type { Flags } from "../../../src/plan/ask/flags/index.ts";

/** Every flag that a question can carry, in the order in which it is written; "many" may stand several times. */
export const FLAG_NAMES = {
  model: "one",
  quant: "one",
  gpu: "many",
  vram: "many",
  ram: "one",
  backend: "one",
  os: "one",
  node: "many",
  link: "many",
  goal: "one",
  context: "one",
  users: "one",
  "kv-type": "one",
  prompt: "one",
  answer: "one",
  cached: "one",
  images: "one",
  "image-size": "one",
  audio: "one",
  "gpu-layers": "one",
  "cpu-experts": "one",
  "micro-batch": "one",
  threads: "one",
  disk: "one",
  runtime: "one",
  build: "one",
  "server-args": "one",
  draft: "one",
  "draft-tokens": "one",
  acceptance: "one",
} as const satisfies Record<string, "one" | "many">;

export type FlagName = keyof typeof FLAG_NAMES;

/** A change to a question: `undefined` takes a flag away. */
export type Change = Readonly<Partial<Record<FlagName, string | readonly string[] | undefined>>>;

/** Names of {@link FLAG_NAMES} in order. */
export const FLAG_ORDER: readonly FlagName[] = Object.keys(FLAG_NAMES).filter(isFlagName);

export function isFlagName(name: string): name is FlagName {
  return Object.hasOwn(FLAG_NAMES, name);
}

/** Flags that describe a rig: without any of them the question is about this machine. */
export const RIG_FLAGS = ["gpu", "vram", "ram", "backend", "os", "node", "link"] as const satisfies readonly FlagName[];

export function describesRig(flags: Flags): boolean {
  return RIG_FLAGS.some((name) => flags[name] !== undefined);
}

/** Values of a flag as a list, none where it is absent. */
export function valuesOf(flags: Flags, name: FlagName): readonly string[] {
  const value = flags[name];
  if (value === undefined || value === true) return [];
  return typeof value === "string" ? [value] : value;
}

/** A flag's value; the first of several. */
export function valueOf(flags: Flags, name: FlagName): string | undefined {
  return valuesOf(flags, name)[0];
}

/** The question with a change made: names in order, nothing empty, lists only where a flag may stand several times. */
export function changed(flags: Flags, change: Change): Flags {
  const result: Record<string, string | readonly string[]> = {};
  for (const name of FLAG_ORDER) {
    const value = name in change ? change[name] : flags[name];
    if (value === undefined || value === true) continue;
    const values = (typeof value === "string" ? [value] : value).filter((one) => one !== "");
    if (values.length === 0) continue;
    result[name] = FLAG_NAMES[name] === "many" ? values : values[0]!;
  }
  return result;
}

export function sameFlags(one: Flags, other: Flags): boolean {
  return FLAG_ORDER.every((name) => valuesOf(one, name).join("\n") === valuesOf(other, name).join("\n"));
}
