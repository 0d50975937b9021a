import type { Rig } from "../../facts/hardware/index.ts";
import type { LlamaCppSettings } from "../../facts/runtime/index.ts";
import { decodePace } from "../../predict/speed/index.ts";
import {
  good,
  largestThat,
  ORDER,
  paceInput,
  weigh,
  type Choice,
  type FitRequest,
  type VerdictWord,
} from "../fit/index.ts";
import type { Arrangement, RequestOn } from "./arrangement.ts";

/**
 * Ways to lay the chosen model over two or more devices, best first: as the engine does it by itself, the fastest device filled
 * first, and every single device alone. Better is what fits better, then what decodes faster. Empty with fewer than two devices.
 */
export function arrangements(rig: Rig, choice: Choice, requestOn: RequestOn): Arrangement[] {
  if (rig.devices.length < 2) return [];
  const byRig = rig.devices.map((_, index) => index);
  const byPace = byRig.toSorted((a, b) => bandwidth(rig, b) - bandwidth(rig, a));
  const one = (order: readonly number[]) => requestOn(rigOf(rig, order));
  const list = [
    asTheEngineDoes(one(byRig), byRig, choice),
    fastestFirst(one(byPace), byPace, choice),
    fastestFirst(one(byPace.toReversed()), byPace.toReversed(), choice),
    ...byPace.map((index) => alone(one([index]), index, choice)),
  ];
  return list.filter((each, at) => list.findIndex((other) => sameAs(each, other)) === at).toSorted(byWorth);
}

/** `-ts` left away: layers are dealt out by free memory. */
function asTheEngineDoes(request: FitRequest, order: readonly number[], choice: Choice): Arrangement {
  const { tensorSplit: _, ...settings } = choice.settings;
  return arranged(request, order, choice, settings, {
    kind: "free memory",
    flags: [],
    because: "what the engine does by itself: layers in proportion to free memory, the output on the last device",
  });
}

/**
 * As many layers as fit on the first device, then the next; the last one takes what is left. Devices are filled so that some
 * room stays free; to the brim only where the rest would find no place otherwise.
 */
function fastestFirst(request: FitRequest, order: readonly number[], choice: Choice): Arrangement {
  const first = request.rig.devices[0]!.name;
  const because = `${first} takes as many layers as fit on it: each token passes every device in turn, so each layer is worth most where bandwidth is highest`;
  const names = order.map((index) => labelOf(request, order, index)).join(",");
  const filled = (least: VerdictWord) => {
    const split = filledSplit(request, choice, least);
    const flags = ["-dev", names, "-ts", split.join(",")];
    const settings = { ...choice.settings, tensorSplit: split };
    return arranged(request, order, choice, settings, { kind: "fastest first", flags, because });
  };
  const roomy = filled("fits");
  return good(roomy.verdict.verdict) ? roomy : filled("tight");
}

/** Layers on each device, in order: the most at which a device's own verdict is no worse than `least`. */
function filledSplit(request: FitRequest, { settings }: Choice, least: VerdictWord): number[] {
  const count = request.geometry.layers.length + 1;
  const devices = request.rig.devices.length;
  let left = settings.gpuLayers === "all" ? count : Math.min(settings.gpuLayers, count);
  const split: number[] = [];
  while (split.length < devices - 1) {
    const device = split.length;
    const between = Array.from({ length: devices - device - 2 }, () => 0);
    const fits = (layers: number): boolean => {
      const tensorSplit = [...split, layers, ...between, left - layers];
      const place = weigh(request, { ...settings, tensorSplit }).now.places.find((each) => each.place === device);
      return place !== undefined && ORDER.indexOf(place.verdict) <= ORDER.indexOf(least);
    };
    const layers = largestThat(Math.max(0, left - 1), fits);
    split.push(layers);
    left -= layers;
  }
  return [...split, left];
}

/** Everything on one device: nothing crosses between devices, and inputs are held once. */
function alone(request: FitRequest, index: number, choice: Choice): Arrangement {
  const { tensorSplit: _, ...settings } = choice.settings;
  return arranged(request, [index], choice, settings, {
    kind: "one device",
    flags: ["-sm", "none", "-mg", `${index}`],
    because: `${request.rig.devices[0]!.name} alone: nothing crosses between devices, and inputs are not held four times for a pipeline`,
  });
}

function arranged(
  request: FitRequest,
  order: readonly number[],
  choice: Choice,
  settings: LlamaCppSettings,
  words: Pick<Arrangement, "kind" | "flags" | "because">,
): Arrangement {
  const weighed = weigh(request, settings);
  const places = request.placement(settings);
  const onDevice = order.map((_, device) => places.filter((place) => place === device).length);
  const deviceBytes = weighed.now.places
    .filter(({ place }) => place !== "host")
    .reduce((total, { need }) => total + need, 0);
  const decode = decodePace(paceInput(request, { settings, threads: choice.threads }), 0);
  return {
    ...words,
    order,
    layers: onDevice,
    onHost: places.filter((place) => place === "host").length,
    settings,
    verdict: weighed.now,
    deviceBytes,
    ...(decode ? { decode } : {}),
  };
}

function rigOf(rig: Rig, order: readonly number[]): Rig {
  return { ...rig, devices: order.map((index) => rig.devices[index]!) };
}

function bandwidth(rig: Rig, index: number): number {
  return rig.devices[index]!.bandwidthBytesPerSec ?? 0;
}

/** The engine counts the devices of a back end in the order it finds them: "CUDA0", "CUDA1". */
function labelOf({ rig }: FitRequest, order: readonly number[], index: number): string {
  const { backend } = rig.devices[order.indexOf(index)]!;
  return `${LABELS[backend]}${index}`;
}

/** Names of llama.cpp's back ends, as `--list-devices` prints them. */
const LABELS = { cpu: "CPU", cuda: "CUDA", rocm: "ROCm", vulkan: "Vulkan", metal: "MTL", sycl: "SYCL" } as const;

function sameAs(one: Arrangement, other: Arrangement): boolean {
  const key = ({ order, layers }: Arrangement) =>
    JSON.stringify([order.filter((_, at) => layers[at]! > 0), layers.filter((n) => n > 0)]);
  return key(one) === key(other);
}

function byWorth(one: Arrangement, other: Arrangement): number {
  const fit = ORDER.indexOf(one.verdict.verdict) - ORDER.indexOf(other.verdict.verdict);
  if (fit !== 0) return fit;
  const pace = (other.decode?.tokensPerSec ?? 0) - (one.decode?.tokensPerSec ?? 0);
  return pace !== 0 ? pace : one.deviceBytes - other.deviceBytes;
}
