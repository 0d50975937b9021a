import type { LlamaCppSettings } from "../../../facts/runtime/index.ts";

const PLAIN: LlamaCppSettings = {
  context: 2048,
  sequences: 1,
  unifiedCache: false,
  batch: 512,
  microBatch: 512,
  flashAttention: true,
  cacheTypeK: "f16",
  cacheTypeV: "f16",
  gpuLayers: 0,
};

/** Of one request: context and step; what a server is told for all requests stands beside it. */
const step = (context: number, tokens: number): Partial<LlamaCppSettings> => ({
  context,
  batch: tokens,
  microBatch: tokens,
});

/** Ten settings that change every term a real engine prints on a processor, all of which Ollama can be told too. */
export const PRINTED_SETTINGS: readonly (readonly [name: string, settings: LlamaCppSettings])[] = [
  ["2048", PLAIN],
  ["4096", { ...PLAIN, ...step(4096, 512) }],
  ["8192 in steps of 256", { ...PLAIN, ...step(8192, 256) }],
  ["512 in steps of 64", { ...PLAIN, ...step(512, 64) }],
  ["2 requests of 2048", { ...PLAIN, ...step(4096, 512), sequences: 2 }],
  ["2 requests of 4096 in steps of 256", { ...PLAIN, ...step(8192, 256), sequences: 2 }],
  ["a cache of q8_0", { ...PLAIN, ...step(4096, 512), cacheTypeK: "q8_0", cacheTypeV: "q8_0" }],
  [
    "3 requests of 2048, a cache of q4_0",
    { ...PLAIN, ...step(6144, 512), sequences: 3, cacheTypeK: "q4_0", cacheTypeV: "q4_0" },
  ],
  ["without flash attention", { ...PLAIN, flashAttention: false }],
  ["8192 in steps of 256, without flash attention", { ...PLAIN, ...step(8192, 256), flashAttention: false }],
];
