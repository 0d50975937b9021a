import { decodePace } from "../../predict/speed/index.ts";
import { largestWithMargin } from "./largest.ts";
import { paceInput } from "./pace-input.ts";
import type { FitRequest } from "./request.ts";
import { weigh, type Weighed } from "./weigh.ts";
import { weighForSearch } from "./weigh-search.ts";

/** What is left on the CPU: whole layers, or the experts of the first ones while everything else is on devices. */
export interface Part {
  readonly gpuLayers: number | "all";
  readonly expertLayersOnHost?: number;
}

export interface Spilled extends Part {
  readonly context: number;
  readonly weighed: Weighed;
}

/**
 * What to leave on the CPU where the whole does not fit on the devices: the fewest layers, or the experts of the fewest layers,
 * whichever decodes faster. The context stays as wanted: beside weights that the CPU reads for every token it costs little.
 * Where the RAM is too small as well, the same with what is mapped read from the disk.
 */
export function spill(
  request: FitRequest,
  at: (context: number, part: Part, weighs: typeof weigh) => Weighed,
  contexts: readonly number[],
  threads: number,
): Spilled | undefined {
  for (const enough of [marginInMemory, marginWithDisk]) {
    for (const context of contexts) {
      const ways = partsThatFit(request, (part) => at(context, part, weighForSearch), enough);
      // within memory a pace follows from the settings alone, so only the one that is taken is replayed whole
      const compared = enough === marginInMemory ? weighForSearch : weigh;
      const [best] = ways
        .map((part) => ({ part, pace: paceOf(at(context, part, compared)) }))
        .toSorted((one, other) => other.pace - one.pace);
      if (best !== undefined) return { ...best.part, context, weighed: at(context, best.part, weigh) };
    }
  }
  return undefined;

  function paceOf({ settings, now, prediction }: Weighed): number {
    return decodePace(paceInput(request, { settings, threads, now, prediction }), 0)?.tokensPerSec ?? 0;
  }
}

/** Room that is left where all has to lie in memory: negative where it does not. */
function marginInMemory({ prediction, now }: Weighed): number {
  return prediction.kind === "rejected" ? -Infinity : now.marginBytes;
}

/** The same where mapped weights may be read from the disk: a last resort. */
function marginWithDisk({ prediction, now: { places } }: Weighed): number {
  if (prediction.kind === "rejected") return -Infinity;
  return Math.min(...places.map(({ have, need, mapped }) => have - need + mapped));
}

type Margin = typeof marginInMemory;

function partsThatFit(request: FitRequest, weighed: (part: Part) => Weighed, marginOf: Margin): Part[] {
  const { length: most } = request.geometry.layers;
  const at = (gpuLayers: number) => weighed({ gpuLayers });
  const layers = largestWithMargin(
    most,
    (count) => marginOf(at(count)),
    () => heldBytes(at(most), (place) => place !== "host") / most / request.rig.devices.length,
  );
  const experts =
    request.wishes.expertLayersOnHost === undefined
      ? fewestExpertLayers(request, (expertLayersOnHost) => weighed({ gpuLayers: "all", expertLayersOnHost }), marginOf)
      : undefined;
  return [
    ...(experts === undefined ? [] : [{ gpuLayers: "all", expertLayersOnHost: experts } as const]),
    ...(layers > 0 || marginOf(at(0)) >= 0 ? [{ gpuLayers: layers }] : []),
  ];
}

/** Fewest layers whose experts must lie on the CPU for it to fit; undefined where no number does, or there are no experts. */
export function fewestExpertLayers(
  { geometry, rig }: Pick<FitRequest, "geometry" | "rig">,
  weighed: (expertLayersOnHost: number) => Weighed,
  marginOf: Margin = marginInMemory,
): number | undefined {
  if (!geometry.layers.some(({ feedForward }) => feedForward.kind === "experts")) return undefined;
  const count = geometry.layers.length;
  const all = weighed(count);
  if (marginOf(all) < 0) return undefined;
  const onDevices = largestWithMargin(
    count - 1,
    (onDevice) => marginOf(weighed(count - onDevice)),
    () => heldBytes(all, (place) => place === "host") / count / rig.devices.length,
  );
  return count - onDevices;
}

/** Weights and what contexts keep in some of the places: what a layer more or less moves. */
function heldBytes({ prediction }: Weighed, where: (place: "host" | number) => boolean): number {
  if (prediction.kind === "rejected") return Number.NaN;
  const places = prediction.places.filter(({ place }) => where(place));
  return places.reduce((sum, { terms: { weights = 0, kv = 0, recurrent = 0 } }) => sum + weights + kv + recurrent, 0);
}
