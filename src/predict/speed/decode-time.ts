import type { SpeedChip } from "./chip.ts";
import { type Conditions, isOld } from "./conditions.ts";
import { expertsTouched, type Load, overTokens } from "./load.ts";
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

/** How reading weights and unpacking them come together: 1 = one after the other, much more = the longer of both. */
const OVERLAP = 1.5;

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
): StepTime {
  const key = coefficientKey(chip, conditions);
  const reached = Math.min(
    log("e") +
      log(`e:${chip.design}`) +
      log(`e:${key}`) +
      (chip.stacked ? log("hbm") : 0) +
      (chip.graphics ? log("gddr") : 0),
    -0.01,
  );
  const bytesPerSec = chip.bytesPerSec * Math.exp(reached);
  const experts = load.expertBytes * (streams === 1 ? load.expertShare : expertsTouched(load, streams));
  const weights = (load.denseBytes + experts * Math.exp(log("expert-bytes"))) / bytesPerSec;
  let unpacked = 0;
  for (const [kind, parameters] of Object.entries(load.parameters))
    unpacked +=
      parameters *
      Math.exp(log(`unpack:${kind}`) + (kind === "bf16" && chip.backend === "vulkan" ? log("unpack:bf16-vulkan") : 0));
  unpacked += tiledParameters(load, chip) * Math.exp(log("tiled"));
  const unpacking =
    (unpacked * Math.exp(log(`unpack:${chip.vendor}`) + log(`unpack:${chip.design}`))) / chip.shaderFlopsPerSec;
  const kept = conditions.flashAttention ? log("cache") : log("cache-plain") + log(`cache-plain:${chip.vendor}`);
  const cache = (overTokens(load, depth, "bytesPerToken") * Math.exp(kept) + 2 * load.stateBytes) / bytesPerSec;
  const attending = conditions.flashAttention
    ? log("attention")
    : log("attention-plain") + log(`attention-plain:${chip.vendor}`);
  const attention = (4 * overTokens(load, depth, "width") * Math.exp(attending)) / chip.shaderFlopsPerSec;
  const perLayer = Math.exp(log(`layer:${key}`) + layerOdds(chip, conditions, log));
  const overhead =
    perLayer *
    (load.layers +
      load.expertLayers * Math.exp(log(`expert-layer:${key}`)) +
      load.linearLayers * Math.exp(log("linear")));
  const memory = weights + streams * cache;
  // unpacking hides behind reading in part: what it adds is what is left of it
  const unhidden = (weights ** OVERLAP + unpacking ** OVERLAP) ** (1 / OVERLAP) - weights;
  const compute = unhidden + streams * attention;
  return { memory, compute, overhead, total: memory + compute + overhead };
}

/**
 * Vulkan has no vector kernel for BF16 experts (`ggml_vk_use_mul_mat_vec_id`): one token is multiplied as a tile of them, most of it
 * padding. Parameters of experts that go that way.
 */
function tiledParameters({ bodyShares, bodyExpertParameters }: Load, { backend }: SpeedChip): number {
  return backend === "vulkan" && (bodyShares.bf16 ?? 0) > 0.5 ? bodyExpertParameters : 0;
}

function layerOdds(chip: SpeedChip, conditions: Conditions, log: Lookup): number {
  const local = conditions.program === "localscore";
  return (
    (isOld(conditions) && chip.backend === "cuda" ? log("old") : 0) +
    (local && chip.vendor === "apple" ? log("localscore-apple") : 0) +
    (conditions.windows ? log("windows") : 0)
  );
}

/** Back end as coefficients are named: LocalScore is one of its own. */
export function coefficientKey(chip: SpeedChip, { program }: Conditions): string {
  return program === "localscore" ? "localscore" : chip.backend;
}
