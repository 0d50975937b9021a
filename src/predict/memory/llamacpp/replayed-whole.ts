import type { Geometry } from "../../../facts/model/index.ts";
import type { LlamaCppQuestion } from "./question.ts";

/**
 * How far a place's total may lie from what the whole graph takes, as a share of it. Weights, cache and state are exact; the
 * compute buffer is that of fewer layers and of one file type. Held against whole replays of all models by `outline.test.ts`.
 */
export const OUTLINE_BAND = 0.01;

/**
 * How far a compute buffer of `aboutLlamaCpp` may lie from the whole graph's, as a share of it; where weights are staged, much farther.
 * Held by the same test: 99.8% of the buffers are equal, the farthest seen were 9.5% and 24% off.
 */
export const ABOUT_BAND = 0.2;
export const STAGED_BAND = 0.5;

/** What a file stores most of its weights as, and the bytes of its largest tensor. */
interface Stored {
  readonly float: boolean;
  readonly largestBytes: number;
}

/** On Vulkan kernels depend on types, and operations on tensors above its limit run elsewhere: such graphs are replayed whole. */
export function isReplayedWhole(
  { geometry, devices }: Pick<LlamaCppQuestion, "geometry" | "devices">,
  { float, largestBytes }: Stored,
): boolean {
  const limits = devices.flatMap(({ backend, limits: own }) =>
    backend === "vulkan" ? [own?.maxStorageBufferBytes ?? VULKAN_STORAGE_BYTES] : [],
  );
  if (limits.length === 0) return false;
  // what runs elsewhere crosses between devices in more ways than a few layers show
  if (devices.length > 1) return true;
  // Vulkan reorders what recurrent layers do over more layers than are kept
  if (geometry.layers.some(({ mixer }) => CARRYING.has(mixer.kind))) return true;
  return float || largestBytes > Math.min(...limits);
}

/** Few layers do not stand for all: which tokens an indexer chooses is kept over all of them, or inputs of layers are. */
export function needsAllLayers({ layers, residualBlock }: Geometry): boolean {
  if (residualBlock !== undefined) return true;
  return layers.some(({ mixer }) => mixer.kind === "mla" && mixer.indexer !== undefined);
}

/** Mixers that carry a state from token to token. */
const CARRYING: ReadonlySet<string> = new Set(["recurrent", "parallel", "convolution"]);

/** What a Vulkan driver allows at least, where a device does not say it. */
const VULKAN_STORAGE_BYTES = 2 ** 32 - 1;
