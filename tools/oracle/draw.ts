import type { Geometry } from "../../src/facts/model/index.ts";
import type { CacheType, TensorOverride } from "../../src/facts/runtime/index.ts";
import { Random } from "../exactness/random.ts";
import { usedDevices, type Load, type Setting } from "./setting.ts";

/** Contexts asked of one way to load a model: loading is what takes the library longest. */
export const CONTEXTS_PER_LOAD = 4;

/** `count` settings for a model, drawn by a seed. */
export function drawSettings(geometry: Geometry, seed: number, count: number): Setting[] {
  const random = new Random(seed);
  const settings: Setting[] = [];
  for (let load = drawLoad(random, geometry); settings.length < count;) {
    settings.push(runnable(drawSetting(random, geometry, load), geometry));
    if (settings.length % CONTEXTS_PER_LOAD === 0) load = drawLoad(random, geometry);
  }
  return settings;
}

function drawLoad(random: Random, { layers }: Geometry): Load {
  const devices = random.pick([0, 1, 1, 1, 1, 2, 2, 3, 4]);
  const whole = layers.length + 1;
  const some = random.pick<number | "all">([0, whole, whole - 1, random.whole(1, whole), random.whole(1, whole)]);
  const hasExperts = layers.some(({ feedForward }) => feedForward.kind === "experts");
  const experts = hasExperts && random.next() < 0.35 ? random.pick([layers.length, random.whole(1, layers.length)]) : 0;
  const split = devices > 1 && random.next() < 0.5 ? Array.from({ length: devices }, () => random.whole(0, 9)) : [];
  const order = devices > 1 && random.next() < 0.12 ? shuffled(random, devices) : undefined;
  const only = devices > 0 && random.next() < 0.08 ? random.whole(-1, (order?.length ?? devices) - 1) : undefined;
  const used = usedDevices({ devices, order, only });
  const overrides = random.next() < 0.15 ? drawOverrides(random, used) : undefined;
  return {
    devices,
    gpuLayers: devices === 0 ? 0 : random.next() < 0.6 ? "all" : some,
    ...(split.some((share) => share > 0) ? { tensorSplit: split } : {}),
    expertLayersOnHost: experts,
    ...(order === undefined ? {} : { order }),
    ...(only === undefined ? {} : { only }),
    ...(overrides === undefined ? {} : { overrides }),
    ...(random.next() < 0.04 ? { plainHostWeights: true } : {}),
    ...(layers.some(({ kind }) => kind === "mtp") && random.next() < 0.5 ? { appendedBlocks: true } : {}),
  };
}

/** Some of the devices, one at least, in any order. */
function shuffled(random: Random, devices: number): number[] {
  const left = Array.from({ length: devices }, (_, index) => index);
  const count = random.whole(1, devices);
  return Array.from({ length: count }, () => left.splice(random.whole(0, left.length - 1), 1)[0]!);
}

const PATTERNS = [
  "exps",
  "ffn_.*_exps",
  "blk\\.[0-3]\\.",
  "blk\\.(1|3|5)\\.ffn",
  "attn_(q|k|v)",
  "ffn_(up|down)",
  "output\\.weight",
  "token_embd",
  "norm",
  "blk\\.2\\.",
];

/** One or two, to the host or to a device. */
function drawOverrides(random: Random, used: readonly number[]): TensorOverride[] {
  const one = (): TensorOverride => ({
    pattern: random.pick(PATTERNS),
    buffer: used.length === 0 || random.next() < 0.6 ? "CPU" : `DEVICE${random.pick(used)}`,
  });
  return random.next() < 0.7 ? [one()] : [one(), one()];
}

const TYPES: readonly CacheType[] = ["f32", "f16", "bf16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0", "iq4_nl"];
/** elements of a block of all quantised types above */
const BLOCK = 32;
const BATCHES = [1, 2, 16, 31, 32, 33, 64, 100, 128, 256, 512, 512, 512, 777, 1024, 2048, 4096];
const MOST_CELLS = 262_144;

function drawSetting(random: Random, { layers, cacheless, bidirectional, pooling }: Geometry, load: Load): Setting {
  const powers = [256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072, MOST_CELLS];
  const odd = Math.round(200 * (MOST_CELLS / 200) ** random.next());
  const microBatch = random.pick(BATCHES);
  const [cacheTypeK, cacheTypeV] = drawTypes(random);
  const recurrent = layers.some(({ mixer }) => mixer.kind === "recurrent" || mixer.kind === "parallel");
  const draftTokens = random.pick([undefined, undefined, 0, 0, 0, random.whole(1, 16)]);
  if (cacheless || bidirectional)
    return encoderSetting(random, load, { sequences: random.pick([1, 1, 1, 2, 4, 8]), microBatch, pooling });
  return {
    load,
    context: random.next() < 0.02 ? 0 : random.next() < 0.4 ? random.pick(powers) : odd,
    sequences: random.pick([1, 1, 1, 1, 2, 3, 4, 5, 8, 16]),
    unifiedCache: random.next() < 0.5,
    batch: random.pick([2048, 2048, microBatch, random.pick(BATCHES), random.whole(1, 4096)]),
    microBatch,
    flashAttention: random.pick<boolean | "auto">(["auto", "auto", true, true, false]),
    cacheTypeK,
    cacheTypeV,
    fullWindowCache: random.next() < 0.15,
    cacheOnHost: random.next() < 0.1,
    opOffload: random.next() >= 0.1,
    stateSnapshots: random.next() < (recurrent ? 0.25 : 0.03) ? random.whole(1, 6) : 0,
    ...(draftTokens === undefined ? {} : { draftTokens }),
  };
}

/** Encoders are mostly asked for pooled vectors; nothing of a cache counts. */
function encoderSetting(
  random: Random,
  load: Load,
  { sequences, microBatch, pooling }: Pick<Setting, "sequences" | "microBatch"> & Pick<Geometry, "pooling">,
): Setting {
  const embeddings = random.next() < 0.85;
  return {
    load,
    context: random.pick([0, 256, 512, 512, 2048, 8192, random.whole(100, 20_000)]),
    sequences,
    unifiedCache: random.next() < 0.5,
    batch: random.pick([2048, microBatch, random.whole(16, 8192)]),
    microBatch,
    flashAttention: random.pick<boolean | "auto">(["auto", "auto", true, false]),
    cacheTypeK: "f16",
    cacheTypeV: "f16",
    fullWindowCache: random.next() < 0.15,
    cacheOnHost: random.next() < 0.1,
    opOffload: random.next() >= 0.1,
    stateSnapshots: 0,
    ...(embeddings ? { embeddings } : {}),
    // a model of scores is asked for nothing else
    ...(embeddings && pooling !== "rank" && random.next() < 0.4
      ? { pooling: random.pick(["none", "mean", "cls", "last"] as const) }
      : {}),
  };
}

/**
 * Without flash attention the engine does not look whether a quantised cache's blocks divide a head, as for Phi 2; where they do not it
 * computes nonsense, and a library with assertions stops.
 */
function runnable(setting: Setting, { layers }: Geometry): Setting {
  const whole = ["f32", "f16", "bf16"].includes(setting.cacheTypeK);
  const divided = layers.every(({ mixer }) => mixer.kind !== "attention" || mixer.keyLength % BLOCK === 0);
  return setting.flashAttention !== false || whole || divided ? setting : { ...setting, cacheTypeK: "f16" };
}

/** Mostly half precision, then one type for both, then two that differ. */
function drawTypes(random: Random): [key: CacheType, value: CacheType] {
  const chance = random.next();
  if (chance < 0.5) return ["f16", "f16"];
  const key = random.pick(TYPES);
  return [key, chance < 0.75 ? key : random.pick(TYPES)];
}
