import type { SpeedChip } from "./chip.ts";
import { type Conditions, isOld } from "./conditions.ts";
import { expertsTouched, type Load, overTokens } from "./load.ts";
import { sumOf } from "./derived.ts";
import type { Lookup } from "./lookup.ts";

/** Seconds of a step in one place, by what they go into. */
export interface StepTime {
  /** reading weights and cache */
  readonly memory: number;
  /** unpacking weights, attention, multiplying */
  readonly compute: number;
  /** launches and waits, layer by layer */
  readonly overhead: number;
  readonly total: number;
}

/** A step with what its sums are made of: seconds of one sequence, bytes per second, factors. */
export interface DecodeTime extends StepTime {
  readonly bytesPerSec: number;
  readonly weights: number;
  readonly unpacking: number;
  /** what unpacking adds to reading */
  readonly unhidden: number;
  readonly attention: number;
  readonly cacheFactor: number;
  readonly expertFactor: number;
}

/** How reading weights and unpacking them come together: 1 = one after the other, much more = the longer of both. */
export const OVERLAP = 1.5;

/**
 * One decode step of `streams` sequences with `depth` tokens each:
 * norm of weights / (bandwidth x e) and parameters x c / shaders + streams x (cache x k / bandwidth + attention x a / shaders) + layers x t.
 * The second term is the work of unpacking; a layer of experts counts as more than one, because each expert is launched.
 */
export function decodeTime(
  load: Load,
  chip: SpeedChip,
  depth: number,
  conditions: Conditions,
  log: Lookup,
  streams = 1,
): DecodeTime {
  const key = coefficientKey(chip, conditions);
  const bytesPerSec = chip.bytesPerSec * Math.exp(Math.min(sumOf(log, reachedNames(chip, conditions)), MOST_REACHED));
  const experts = load.expertBytes * (streams === 1 ? load.expertShare : expertsTouched(load, streams));
  const weights = (load.denseBytes + experts * Math.exp(log("expert-bytes"))) / bytesPerSec;
  let unpacked = 0;
  for (const [kind, parameters] of Object.entries(load.parameters))
    unpacked += parameters * Math.exp(sumOf(log, kindNames(kind, chip)));
  unpacked += tiledParameters(load, chip) * Math.exp(log("tiled"));
  const unpacking = (unpacked * Math.exp(sumOf(log, unpackNames(chip)))) / chip.shaderFlopsPerSec;
  const cacheFactor = Math.exp(sumOf(log, attentionNames("cache", chip, conditions)));
  const cache = (overTokens(load, depth, "bytesPerToken") * cacheFactor + 2 * load.stateBytes) / bytesPerSec;
  const attending = sumOf(log, attentionNames("attention", chip, conditions));
  const attention = (4 * overTokens(load, depth, "width") * Math.exp(attending)) / chip.shaderFlopsPerSec;
  const perLayer = Math.exp(sumOf(log, layerNames(chip, conditions)));
  const overhead =
    perLayer *
    (load.layers +
      load.expertLayers * Math.exp(log(`expert-layer:${key}`)) +
      load.linearLayers * Math.exp(log("linear")));
  const memory = weights + streams * cache;
  // unpacking hides behind reading in part: what it adds is what is left of it
  const unhidden = (weights ** OVERLAP + unpacking ** OVERLAP) ** (1 / OVERLAP) - weights;
  const compute = unhidden + streams * attention;
  const expertFactor = Math.exp(log("expert-bytes"));
  return {
    memory,
    compute,
    overhead,
    total: memory + compute + overhead,
    bytesPerSec,
    weights,
    unpacking,
    unhidden,
    attention,
    cacheFactor,
    expertFactor,
  };
}

/** Natural logarithm of the most of its bandwidth that a device is taken to reach. */
const MOST_REACHED = -0.01;

/** Coefficients of the share of its bandwidth that a device reaches. */
export function reachedNames(chip: SpeedChip, conditions: Conditions): string[] {
  return [
    "e",
    `e:${chip.design}`,
    `e:${coefficientKey(chip, conditions)}`,
    ...(chip.stacked ? ["hbm"] : []),
    ...(chip.graphics ? ["gddr"] : []),
  ];
}

export function unpackNames(chip: SpeedChip): string[] {
  return [`unpack:${chip.vendor}`, `unpack:${chip.design}`];
}

/** Of one class of weights, operations a weight. */
export function kindNames(kind: string, chip: SpeedChip): string[] {
  return [`unpack:${kind}`, ...(kind === "bf16" && chip.backend === "vulkan" ? ["unpack:bf16-vulkan"] : [])];
}

export function attentionNames(of: "cache" | "attention", chip: SpeedChip, { flashAttention }: Conditions): string[] {
  return flashAttention ? [of] : [`${of}-plain`, `${of}-plain:${chip.vendor}`];
}

/**
 * Vulkan has no vector kernel for BF16 experts (`ggml_vk_use_mul_mat_vec_id`): one token is multiplied as a tile of them, most of it
 * padding. Parameters of experts that go that way.
 */
export function tiledParameters({ bodyShares, bodyExpertParameters }: Load, { backend }: SpeedChip): number {
  return backend === "vulkan" && (bodyShares.bf16 ?? 0) > 0.5 ? bodyExpertParameters : 0;
}

/** Coefficients of the fixed time of a layer, seconds. */
export function layerNames(chip: SpeedChip, conditions: Conditions): string[] {
  const local = conditions.program === "localscore";
  return [
    `layer:${coefficientKey(chip, conditions)}`,
    ...(isOld(conditions) && chip.backend === "cuda" ? ["old"] : []),
    ...(local && chip.vendor === "apple" ? ["localscore-apple"] : []),
    ...(conditions.windows ? ["windows"] : []),
  ];
}

/** Back end as coefficients are named: LocalScore is one of its own. */
export function coefficientKey(chip: SpeedChip, { program }: Conditions): string {
  return program === "localscore" ? "localscore" : chip.backend;
}
