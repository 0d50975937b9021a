import type { Estimate } from "../../predict/estimate/index.ts";

/** What a person would call the parts of a place's memory, few enough for a sentence. */
export type TermName =
  | "weights"
  | "adapters"
  | "KV cache"
  | "recurrent state"
  | "compute buffers"
  | "driver and process"
  | "memory in use already";

export interface Term {
  readonly name: TermName;
  readonly bytes: number;
}

/** Beginnings of a leaf's key, by the term it belongs to; what matches none is in use already. */
const KEYS: readonly (readonly [TermName, readonly string[]])[] = [
  ["weights", ["weights", "repacked"]],
  ["adapters", ["lora"]],
  ["KV cache", ["kv"]],
  ["recurrent state", ["recurrent"]],
  ["compute buffers", ["compute", "output"]],
  ["driver and process", ["context", "pools", "slack", "process"]],
];

export function termOf(key: string): TermName {
  const own = key.replace(/^draft-/, "");
  return KEYS.find(([, starts]) => starts.some((start) => own.startsWith(start)))?.[0] ?? "memory in use already";
}

/** A place's memory summed by term, in the order of {@link KEYS}; terms of no bytes are left out. */
export function termsOf(place: Pick<Estimate, "parts">): Term[] {
  const sums = new Map<TermName, number>();
  for (const { key, value } of place.parts ?? []) sums.set(termOf(key), (sums.get(termOf(key)) ?? 0) + value);
  const names: readonly TermName[] = [...KEYS.map(([name]) => name), "memory in use already"];
  return names.flatMap((name) => {
    const bytes = sums.get(name) ?? 0;
    return bytes > 0 ? [{ name, bytes }] : [];
  });
}
