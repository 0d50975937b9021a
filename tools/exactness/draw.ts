import type { CacheType } from "../../src/facts/runtime/index.ts";
import { Random } from "./random.ts";

/** One load of the embedded engine, in the engine's own terms. */
export interface Setting {
  readonly model: string;
  /** layers of the model, without the output */
  readonly layers: number;
  /** Vulkan devices, 0 = processor only */
  readonly devices: number;
  readonly gpuLayers: number;
  /** cells of each sequence */
  readonly context: number;
  readonly sequences: number;
  readonly batch: number;
  readonly cacheTypeK: CacheType;
  readonly cacheTypeV: CacheType;
  readonly flashAttention: boolean | "auto";
}

export interface DrawnModel {
  readonly file: string;
  readonly layers: number;
}

export const MODELS: readonly DrawnModel[] = [
  { file: "SmolLM2-135M-Instruct.Q4_1.gguf", layers: 30 },
  { file: "gemma-3-270m-q4_k_m.gguf", layers: 18 },
];

const CACHE_TYPES: readonly CacheType[] = ["f16", "q8_0", "q4_0"];
/** The types people take less often: drawn from only when asked for, so that a seed keeps its settings. */
const RARE_TYPES: readonly CacheType[] = ["f32", "bf16", "q5_1", "q5_0", "q4_1", "iq4_nl"];
/** cells of all sequences together: keeps a load within the memory of a small machine */
const MOST_CELLS = 65_536;

/** Settings drawn by a seed: both models, processor and one to three devices, none to all layers, windows, types, batches. */
export function drawSettings(seed: number, count: number, rareTypes = false): Setting[] {
  const random = new Random(seed);
  const types = rareTypes ? RARE_TYPES : CACHE_TYPES;
  return Array.from({ length: count }, (_, index) => draw(random, MODELS[index % MODELS.length]!, types));
}

function draw(random: Random, model: DrawnModel, types: readonly CacheType[]): Setting {
  const devices = random.whole(0, 3);
  const sequences = random.whole(1, 4);
  // half of them round, half as people's scripts compute them
  const powers = [512, 1024, 2048, 4096, 8192, 16_384, 32_768];
  const wanted = random.next() < 0.5 ? random.pick(powers) : random.whole(512, 32_768);
  const context = Math.min(wanted, Math.floor(MOST_CELLS / sequences));
  const cacheTypeK = random.pick(types);
  return {
    model: model.file,
    layers: model.layers,
    devices,
    gpuLayers: devices === 0 ? 0 : random.pick([0, model.layers + 1, random.whole(1, model.layers), model.layers]),
    context,
    sequences,
    batch: random.next() < 0.7 ? random.pick([64, 128, 256, 512, 1024, 2048]) : random.whole(64, 2048),
    cacheTypeK,
    cacheTypeV: random.next() < 0.75 ? cacheTypeK : random.pick(types),
    flashAttention: random.pick(["auto", "auto", true, false]),
  };
}
