import { decodePace } from "../../predict/speed/index.ts";
import { largestThat } from "./largest.ts";
import { paceInput } from "./pace-input.ts";
import type { FitRequest } from "./request.ts";
import { good, type VerdictWord } from "./verdict.ts";
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
  for (const enough of [good, runs]) {
    for (const context of contexts) {
      const ways = partsThatFit(request, (part) => enough(at(context, part, weighForSearch).now.verdict));
      const [best] = ways
        .map((part) => ({ ...part, context, weighed: at(context, part, weigh) }))
        .toSorted((one, other) => paceOf(other.weighed) - paceOf(one.weighed));
      if (best !== undefined) return best;
    }
  }
  return undefined;

  function paceOf({ settings, now, prediction }: Weighed): number {
    return decodePace(paceInput(request, { settings, threads, now, prediction }), 0)?.tokensPerSec ?? 0;
  }
}

function runs(verdict: VerdictWord): boolean {
  return verdict !== "does not fit";
}

function partsThatFit(request: FitRequest, fits: (part: Part) => boolean): Part[] {
  const layers = largestThat(request.geometry.layers.length, (gpuLayers) => fits({ gpuLayers }));
  const experts =
    request.wishes.expertLayersOnHost === undefined
      ? fewestExpertLayers(request, (expertLayersOnHost) => fits({ gpuLayers: "all", expertLayersOnHost }))
      : undefined;
  return [
    ...(experts === undefined ? [] : [{ gpuLayers: "all", expertLayersOnHost: experts } as const]),
    ...(layers > 0 || fits({ gpuLayers: 0 }) ? [{ gpuLayers: layers }] : []),
  ];
}

/** Fewest layers whose experts must lie on the CPU for it to fit; undefined where no number does, or there are no experts. */
export function fewestExpertLayers(
  { geometry }: Pick<FitRequest, "geometry">,
  fits: (expertLayersOnHost: number) => boolean,
): number | undefined {
  if (!geometry.layers.some(({ feedForward }) => feedForward.kind === "experts")) return undefined;
  const count = geometry.layers.length;
  if (!fits(count)) return undefined;
  return count - largestThat(count - 1, (onDevice) => fits(count - onDevice));
}
