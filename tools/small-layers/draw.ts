import type { CacheType } from "../../src/facts/runtime/index.ts";
import type { Setting } from "../exactness/draw.ts";
import type { Random } from "../exactness/random.ts";

/** Settings of a model of few layers, drawn: one to three devices, most of the time with all layers. */
export function drawSmallSettings(random: Random, count: number, layers: number): Setting[] {
  return Array.from({ length: count }, (): Setting => {
    const sequences = random.pick([1, 1, 2, 3]);
    const cacheTypeK = random.pick<CacheType>(["f16", "f16", "f16", "q8_0", "q4_0", "bf16"]);
    return {
      model: "model.gguf",
      layers,
      devices: random.whole(1, 3),
      gpuLayers: random.pick([layers + 1, layers + 1, layers, random.whole(1, layers)]),
      context: random.next() < 0.5 ? random.pick([512, 2048, 4096, 8192]) : random.whole(256, 9000),
      sequences,
      batch: random.pick([16, 33, 64, 128, 256, 512, 512, 1024]),
      cacheTypeK,
      cacheTypeV: cacheTypeK,
      // quantised values need it
      flashAttention: random.pick<boolean | "auto">(["auto", "auto", true, cacheTypeK.startsWith("q")]),
    };
  });
}
