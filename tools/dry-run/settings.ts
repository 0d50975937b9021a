import type { CacheType } from "../../src/facts/runtime/index.ts";
import { Random } from "../exactness/random.ts";

/** What the engine's dry run can be asked. */
export interface DryRunSetting {
  /** share of the layers on devices; 1 = the output too */
  readonly offloaded: number;
  readonly context: number;
  readonly sequences: number;
  readonly batch: number;
  readonly cacheType: CacheType;
  readonly flashAttention: boolean | "auto";
}

const CHOSEN: readonly DryRunSetting[] = [
  { offloaded: 1, context: 2048, sequences: 1, batch: 512, cacheType: "f16", flashAttention: "auto" },
  { offloaded: 0.5, context: 4096, sequences: 3, batch: 300, cacheType: "f16", flashAttention: "auto" },
  { offloaded: 1, context: 8192, sequences: 2, batch: 1024, cacheType: "q8_0", flashAttention: true },
  { offloaded: 0, context: 3000, sequences: 1, batch: 512, cacheType: "q4_0", flashAttention: "auto" },
  { offloaded: 1, context: 2048, sequences: 4, batch: 256, cacheType: "f16", flashAttention: false },
  // caches with many heads pass a software device's largest storage buffer here: the engine ends its process
  { offloaded: 1, context: 32_768, sequences: 2, batch: 128, cacheType: "f16", flashAttention: "auto" },
  { offloaded: 0.5, context: 16_384, sequences: 1, batch: 64, cacheType: "q8_0", flashAttention: "auto" },
];

/** The chosen settings and `count` more, drawn by a seed. */
export function dryRunSettings(seed: number, count: number): DryRunSetting[] {
  const random = new Random(seed);
  const drawn = Array.from({ length: count }, (): DryRunSetting => {
    const sequences = random.whole(1, 5);
    return {
      offloaded: random.pick([0, 1, 1, random.next()]),
      context: random.whole(256, Math.floor(20_000 / sequences)),
      sequences,
      batch: random.pick([1, 16, 31, 32, 33, 64, 100, 256, 512, 777, 1024, 2048]),
      cacheType: random.pick<CacheType>(["f16", "f16", "q8_0", "q4_0", "q5_1", "bf16", "f32"]),
      flashAttention: random.pick<boolean | "auto">(["auto", true, false]),
    };
  });
  return [...CHOSEN, ...drawn];
}

export function layersOnDevices(layers: number, { offloaded }: DryRunSetting): number {
  return offloaded === 1 ? layers + 1 : Math.round(layers * offloaded);
}
