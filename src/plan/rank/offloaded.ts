import type { Rig } from "../../facts/hardware/index.ts";
import { decodePace, type Pace } from "../../predict/speed/index.ts";
import {
  choose,
  coresToUse,
  good,
  largestWithMargin,
  paceInput,
  settingsFor,
  weigh,
  type Choice,
  type Weighed,
} from "../fit/index.ts";
import { wantedSettings, type Outlined } from "../search/index.ts";

/** A model that devices do not hold whole, with layers on the processor: exact. */
export interface Split {
  readonly choice: Choice;
  readonly decode: Pace;
}

/** Of a device's memory so much is taken for weights where only a rough pace is asked for. */
const FOR_WEIGHTS = 0.85;

/** Somewhere to leave layers: RAM that is not a device's own memory. Where both are one, nothing is freed. */
export function hasRamBeside({ devices }: Rig): boolean {
  return devices.some(({ memoryKind, node }) => memoryKind === "discrete" && node === undefined);
}

/** Bytes of weights that devices and RAM hold together, at most. */
export function heldTogether(rig: Rig): number {
  return onDevices(rig) + rig.host.availableBytes;
}

function onDevices({ devices }: Rig): number {
  return devices.reduce((sum, { freeBytes, totalBytes = 0 }) => sum + (freeBytes ?? totalBytes), 0);
}

/** About the pace with as many layers on the devices as have room there: which of many are worth looking at. */
export function roughSplitPace(on: Outlined, fileType: string, fileBytes: number): Pace | undefined {
  const { rig } = on.setup;
  const every = on.model.geometry.layers.length;
  const gpuLayers = Math.min(every, Math.floor((every * onDevices(rig) * FOR_WEIGHTS) / fileBytes));
  const settings = settingsFor({ context: 2048, users: 1, microBatch: 512, cacheType: "f16", gpuLayers });
  return decodePace(paceInput(on.about(fileType), { settings, threads: coresToUse(rig.host.cpu) }), 0);
}

/**
 * With the most layers on the devices that fit, by a whole replay of what is shown: all that moves is the layers, since with experts
 * alone on the processor it did not fit. Undefined where it does not run in memory, or its pace is not known.
 */
export function split(on: Outlined, fileType: string, contexts: readonly number[]): Split | undefined {
  const request = on.exact(fileType);
  const about = on.about(fileType);
  for (const context of contexts) {
    const settings = wantedSettings(on, context);
    const gpuLayers = largestWithMargin(request.geometry.layers.length, (count) =>
      deviceMargin(weigh(about, { ...settings, gpuLayers: count })),
    );
    const choice = choose({ ...request, wishes: { ...request.wishes, context, gpuLayers } });
    if (!good(choice.now.verdict)) continue;
    const decode = decodePace(paceInput(request, choice), 0);
    return decode && { choice, decode };
  }
  return undefined;
}

/** Least room on a device, the band of what was only outlined taken off: what lies in RAM has its verdict later. */
function deviceMargin({ prediction, now }: Weighed): number {
  if (prediction.kind === "rejected") return Number.NEGATIVE_INFINITY;
  const { value, high = value } = prediction.footprint;
  const margins = now.places.flatMap(({ place, margin }) => (place === "host" ? [] : [margin]));
  return Math.min(...margins) - (high - value);
}
