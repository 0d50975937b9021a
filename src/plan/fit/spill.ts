import type { LlamaCppSettings } from "../../facts/runtime/index.ts";
import { decodePace } from "../../predict/speed/index.ts";
import { mostOnDevices, mostStored, type Shares } from "./most-on-devices.ts";
import { paceInput } from "./pace-input.ts";
import type { FitRequest } from "./request.ts";
import { weigh, type Weighed } from "./weigh.ts";
import { inMemory, type Room } from "./weigh-search.ts";

/** What is left on the CPU: whole layers, or the experts of the first ones while everything else is on devices. */
export interface Part {
  readonly gpuLayers: number | "all";
  readonly expertLayersOnHost?: number;
}

interface Spilled extends Part {
  readonly context: number;
  readonly settings: LlamaCppSettings;
}

/** Where mapped weights may be read from the disk: a last resort. */
const withDisk: Room = ({ margin, mapped }) => margin + mapped;

/**
 * What to leave on the CPU where the whole does not fit on the devices: the fewest layers, or the experts of the fewest layers,
 * whichever decodes faster. The context stays as wanted: beside weights that the CPU reads for every token it costs little.
 * Where the RAM is too small as well, the same with what is mapped read from the disk.
 */
export function spill(
  request: FitRequest,
  at: (context: number, part: Part) => LlamaCppSettings,
  contexts: readonly number[],
  threads: number,
): Spilled | undefined {
  for (const roomOf of [inMemory, withDisk]) {
    for (const context of contexts) {
      const found = spilledAt(request, (part) => at(context, part), roomOf, threads);
      if (found !== undefined) return { ...found, context, settings: at(context, found) };
    }
  }
  return undefined;
}

function spilledAt(
  request: FitRequest,
  settingsOf: (part: Part) => LlamaCppSettings,
  roomOf: Room,
  threads: number,
): Part | undefined {
  const paceOf = (part: Part): number => {
    const settings = settingsOf(part);
    // what is read from the disk depends on what finds no room
    const weighed: Partial<Weighed> = roomOf === withDisk ? weigh(request, settings) : {};
    return decodePace(paceInput(request, { ...weighed, settings, threads }), 0)?.tokensPerSec ?? 0;
  };
  const wished = request.wishes.expertLayersOnHost !== undefined;
  const expertLayersOnHost = wished
    ? undefined
    : fewestExpertLayers(request, (each) => settingsOf({ gpuLayers: "all", expertLayersOnHost: each }), roomOf);
  const experts: Part | undefined =
    expertLayersOnHost === undefined ? undefined : { gpuLayers: "all", expertLayersOnHost };
  const shares: Shares = {
    most: request.geometry.layers.length,
    settingsOf: (gpuLayers) => settingsOf({ gpuLayers }),
  };
  const highest = mostStored(request, shares, roomOf);
  if (highest === undefined) return experts;
  const pace = experts && paceOf(experts);
  // each layer more costs or saves much the same: where neither end is faster, nothing between them is
  const slower = pace !== undefined && roomOf === inMemory && Math.max(...[highest, 0].map(layersPace)) <= pace;
  const gpuLayers = slower ? undefined : mostOnDevices(request, shares, roomOf, highest);
  if (gpuLayers === undefined) return experts;
  return pace === undefined || layersPace(gpuLayers) > pace ? { gpuLayers } : experts;

  function layersPace(onDevices: number): number {
    return paceOf({ gpuLayers: onDevices });
  }
}

/** Fewest layers whose experts must lie on the CPU for it to fit; undefined where no number does, or there are no experts. */
export function fewestExpertLayers(
  request: FitRequest,
  settingsOf: (expertLayersOnHost: number) => LlamaCppSettings,
  roomOf: Room = inMemory,
): number | undefined {
  const { layers } = request.geometry;
  if (!layers.some(({ feedForward }) => feedForward.kind === "experts")) return undefined;
  const count = layers.length;
  const onDevices = mostOnDevices(request, { most: count - 1, settingsOf: (each) => settingsOf(count - each) }, roomOf);
  return onDevices === undefined ? undefined : count - onDevices;
}
