import { GgmlType } from "node-llama-cpp";
import type { CacheType } from "../../src/facts/runtime/index.ts";

/** The embedded engine's numbers of cache types. */
export const GGML_TYPES: Readonly<Record<CacheType, GgmlType>> = {
  f32: GgmlType.F32,
  f16: GgmlType.F16,
  bf16: GgmlType.BF16,
  q8_0: GgmlType.Q8_0,
  q5_1: GgmlType.Q5_1,
  q5_0: GgmlType.Q5_0,
  q4_1: GgmlType.Q4_1,
  q4_0: GgmlType.Q4_0,
  iq4_nl: GgmlType.IQ4_NL,
};
