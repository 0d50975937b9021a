import type { LlamaCppQuestion } from "./question.ts";

/**
 * How far a place's total may lie from what the whole graph takes, as a share of it. Weights, cache and state are exact; the
 * compute buffer is that of fewer layers and of one file type. Held against whole replays of all models by `outline.test.ts`.
 */
export const OUTLINE_BAND = 0.01;

/** The same for `aboutLlamaCpp`, which knows every tensor's type and replays both graphs. */
export const ABOUT_BAND = 0.0025;

/** What a file stores most of its weights as, and the bytes of its largest tensor. */
interface Stored {
  readonly float: boolean;
  readonly largestBytes: number;
}

/** Vulkan's kernels depend on types, and operations on tensors above its limit run elsewhere: such graphs are replayed whole. */
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
  if (geometry.layers.some(({ mixer }) => mixer.kind === "recurrent" || mixer.kind === "parallel")) return true;
  return float || largestBytes > Math.min(...limits);
}

/** What a Vulkan driver allows at least, where a device does not say it. */
const VULKAN_STORAGE_BYTES = 2 ** 32 - 1;
