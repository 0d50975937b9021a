import type { CacheType } from "../../src/facts/runtime/index.ts";

/** What the engine's dry run can be asked. */
export interface DryRunSetting {
  /** share of the layers on devices */
  readonly offloaded: 0 | 0.5 | 1;
  readonly context: number;
  readonly sequences: number;
  readonly batch: number;
  readonly cacheType: CacheType;
  readonly flashAttention: boolean | "auto";
}

export const SETTINGS: readonly DryRunSetting[] = [
  { offloaded: 1, context: 2048, sequences: 1, batch: 512, cacheType: "f16", flashAttention: "auto" },
  { offloaded: 0.5, context: 4096, sequences: 3, batch: 300, cacheType: "f16", flashAttention: "auto" },
  { offloaded: 1, context: 8192, sequences: 2, batch: 1024, cacheType: "q8_0", flashAttention: true },
  { offloaded: 0, context: 3000, sequences: 1, batch: 512, cacheType: "q4_0", flashAttention: "auto" },
  { offloaded: 1, context: 2048, sequences: 4, batch: 256, cacheType: "f16", flashAttention: false },
  // caches with many heads pass a software device's largest storage buffer here: the engine ends its process
  { offloaded: 1, context: 32_768, sequences: 2, batch: 128, cacheType: "f16", flashAttention: "auto" },
  { offloaded: 0.5, context: 16_384, sequences: 1, batch: 64, cacheType: "q8_0", flashAttention: "auto" },
];

export function layersOnDevices(layers: number, { offloaded }: DryRunSetting): number {
  return offloaded === 1 ? layers + 1 : Math.round(layers * offloaded);
}
