import type { Architecture } from "./architecture.ts";
import { DECODERS } from "./decoders.ts";
import { OTHERS } from "./others.ts";

/** Architectures whose graph is known, by GGUF name. */
const KNOWN = new Map(DECODERS.map((each) => [each.name, each]));

export function architectureOf(name: string): Architecture | undefined {
  return KNOWN.get(name) ?? OTHERS.find((each) => each.name === name);
}

export function architectureList(): string[] {
  return [...KNOWN.values(), ...OTHERS].map((each) => each.name).sort();
}

/** For people: "gemma3, llama". */
export function architectureNames(): string {
  return architectureList().join(", ");
}
