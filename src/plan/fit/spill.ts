import type { LlamaCppSettings } from "../../facts/runtime/index.ts";
import { decodePace } from "../../predict/speed/index.ts";
import { largestThat } from "./largest.ts";
import { paceInput } from "./pace-input.ts";
import type { FitRequest } from "./request.ts";
import { weigh, type Weighed } from "./weigh.ts";
import { hasRoom, inMemory, type Room } from "./weigh-search.ts";

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
      const ways = partsThatFit(request, (part) => at(context, part), roomOf).map((part) => ({
        ...part,
        context,
        settings: at(context, part),
      }));
      const [only, ...others] = ways;
      if (only === undefined) continue;
      return others.length === 0 ? only : ways.toSorted((one, other) => paceOf(other) - paceOf(one))[0];

      function paceOf({ settings }: Spilled): number {
        // what is read from the disk depends on what finds no room
        const weighed: Partial<Weighed> = roomOf === withDisk ? weigh(request, settings) : {};
        return decodePace(paceInput(request, { ...weighed, settings, threads }), 0)?.tokensPerSec ?? 0;
      }
    }
  }
  return undefined;
}

function partsThatFit(request: FitRequest, settingsOf: (part: Part) => LlamaCppSettings, roomOf: Room): Part[] {
  const fits = (part: Part) => hasRoom(request, settingsOf(part), roomOf);
  const layers = largestThat(request.geometry.layers.length, (gpuLayers) => fits({ gpuLayers }));
  const experts =
    request.wishes.expertLayersOnHost === undefined
      ? fewestExpertLayers(
          request,
          (expertLayersOnHost) => settingsOf({ gpuLayers: "all", expertLayersOnHost }),
          roomOf,
        )
      : undefined;
  return [
    ...(experts === undefined ? [] : [{ gpuLayers: "all", expertLayersOnHost: experts } as const]),
    ...(layers > 0 || fits({ gpuLayers: 0 }) ? [{ gpuLayers: layers }] : []),
  ];
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
  const fits = (onHost: number) => hasRoom(request, settingsOf(onHost), roomOf);
  if (!fits(count)) return undefined;
  return count - largestThat(count - 1, (onDevice) => fits(count - onDevice));
}
