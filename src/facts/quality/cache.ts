import type { CacheType } from "../runtime/index.ts";

/** What a KV cache in fewer bits loses, as published. */
export interface CacheFinding {
  /** of llama.cpp, or what a server calls it */
  readonly cache: CacheType | "fp4" | "f16 keys, q8_0 values" | "q8_0 keys, f16 values" | "f16 keys, q5_1 values";
  readonly model: string;
  readonly says: string;
  readonly source: string;
  readonly date: string;
}

const PR_7412 = "llama.cpp PR 7412, wikitext-2";

/** Keys are more sensitive than values. Figures are of one model each, with its weights in 16 bit unless said. */
export const CACHE_FINDINGS: readonly CacheFinding[] = [
  { cache: "q8_0", model: "LLaMA 3 8B", says: "perplexity +0.0022, KL 0.00098", source: PR_7412, date: "2026-11-22" },
  { cache: "f16 keys, q8_0 values", model: "LLaMA 3 8B", says: "KL 0.00074", source: PR_7412, date: "2026-11-22" },
  { cache: "q8_0 keys, f16 values", model: "LLaMA 3 8B", says: "KL 0.00094", source: PR_7412, date: "2026-11-22" },
  { cache: "f16 keys, q5_1 values", model: "LLaMA 3 8B", says: "KL 0.00176", source: PR_7412, date: "2026-11-22" },
  {
    cache: "q4_0",
    model: "Qwen3.5-4B",
    says: "perplexity +0.22% with rotated activations, as builds since then do",
    source: "llama.cpp PR 21038",
    date: "2026-04-01",
  },
  {
    cache: "fp4",
    model: "Qwen3-8B",
    says: "GSM8K 91.17 to 88.96 (90.41 rotated), GPQA 57.07 to 53.54 (55.56 rotated)",
    source: "SGLang #36172",
    date: "2026-11-22",
  },
];
