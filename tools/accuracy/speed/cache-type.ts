import type { CacheType } from "../../../src/facts/runtime/index.ts";

const TYPES: readonly CacheType[] = ["f32", "f16", "bf16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0", "iq4_nl"];

/** A row's cache type; those that are not stated are F16. */
export function cacheType(name: string | undefined): CacheType {
  return TYPES.find((type) => type === name) ?? "f16";
}
