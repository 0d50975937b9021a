import type { LlamaCppSettings } from "../../facts/runtime/index.ts";
import { deviceNames } from "../../predict/memory/index.ts";
import { decodePace } from "../../predict/speed/index.ts";
import {
  good,
  inMemory,
  largestThat,
  mostOnDevices,
  storedWeighed,
  ORDER,
  paceInput,
  weigh,
  weighForSearch,
  type Choice,
  type FitRequest,
  type VerdictWord,
} from "../fit/index.ts";
import type { Arrangement } from "./arrangement.ts";

/**
 * Ways to lay the chosen model over two or more devices, best first: as the engine does it by itself, one device filled after
 * the other, and every single device alone. Better is what fits better, then what decodes faster. Empty with fewer than two.
 */
export function arrangements(request: FitRequest, choice: Choice): Arrangement[] {
  const { devices } = request.rig;
  if (devices.length < 2) return [];
  const pace = (index: number) => devices[index]!.bandwidthBytesPerSec ?? 0;
  const byPace = devices.map((_, index) => index).toSorted((a, b) => pace(b) - pace(a));
  const list = [
    asTheEngineDoes(request, choice),
    filledInTurn(request, byPace, choice, "fastest first"),
    filledInTurn(request, byPace.toReversed(), choice, "fastest last"),
    ...byPace.map((index) => alone(request, index, choice)),
  ];
  return list.filter((each, at) => list.findIndex((other) => sameAs(each, other)) === at).toSorted(byWorth);
}

/** `-ts` left away: layers are dealt out by free memory. */
function asTheEngineDoes(request: FitRequest, choice: Choice): Arrangement {
  const { tensorSplit: _, devices: __, ...settings } = choice.settings;
  const order = [...request.rig.devices.keys()];
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
function filledInTurn(
  request: FitRequest,
  order: readonly number[],
  choice: Choice,
  kind: "fastest first" | "fastest last",
): Arrangement {
  const names = deviceNames(request.rig.devices);
  const devices = order.map((index) => names[index]!);
  const first = request.rig.devices[order[0]!]!.name;
  const last = request.rig.devices[order.at(-1)!]!.name;
  const because =
    kind === "fastest first"
      ? `${first} takes as many layers as fit on it: each token passes every device in turn, so each layer is worth most where bandwidth is highest`
      : `${first} is filled and ${last} comes last: it makes the output, the largest matrix, and holds the logits`;
  const filled = (least: VerdictWord) => {
    const settings = { ...choice.settings, devices };
    const tensorSplit = filledSplit(request, order, settings, least);
    const flags = ["-dev", devices.join(","), "-ts", tensorSplit.join(",")];
    return arranged(request, order, choice, { ...settings, tensorSplit }, { kind, flags, because });
  };
  const roomy = filled("fits");
  return good(roomy.verdict.verdict) ? roomy : filled("tight");
}

/** Layers on each device, in order: the most at which a device's own verdict is no worse than `least`. */
function filledSplit(
  request: FitRequest,
  order: readonly number[],
  settings: LlamaCppSettings,
  least: VerdictWord,
): number[] {
  const count = request.geometry.layers.length + 1;
  let left = settings.gpuLayers === "all" ? count : Math.min(settings.gpuLayers, count);
  const split: number[] = [];
  for (const device of order.slice(0, -1)) {
    const between = order.slice(split.length + 2).map(() => 0);
    const fits = (layers: number): boolean => {
      const tensorSplit = [...split, layers, ...between, left - layers];
      return [storedWeighed, weighForSearch].every((weighed) => {
        const { places } = weighed(request, { ...settings, tensorSplit }).now;
        const place = places.find((each) => each.place === device);
        return place !== undefined && ORDER.indexOf(place.verdict) <= ORDER.indexOf(least);
      });
    };
    const layers = largestThat(Math.max(0, left - 1), fits);
    split.push(layers);
    left -= layers;
  }
  return [...split, left];
}

/** Everything on one device, or the most layers that fit there: nothing crosses between devices, and inputs are held once. */
function alone(request: FitRequest, index: number, choice: Choice): Arrangement {
  const { tensorSplit: _, devices: __, ...asked } = choice.settings;
  const one = { ...asked, splitMode: "none" as const, mainGpu: index };
  const every = request.geometry.layers.length + 1;
  const most = mostOnDevices(
    request,
    { most: every, settingsOf: (gpuLayers) => ({ ...one, gpuLayers: gpuLayers === every ? "all" : gpuLayers }) },
    inMemory,
  );
  const gpuLayers = most === every ? "all" : (most ?? 0);
  const because = `${request.rig.devices[index]!.name} alone: nothing crosses between devices, and inputs are not held four times for a pipeline`;
  const flags = ["-sm", "none", "-mg", `${index}`, ...(gpuLayers === "all" ? [] : ["-ngl", `${gpuLayers}`])];
  return arranged(request, [index], choice, { ...one, gpuLayers }, { kind: "one device", flags, because });
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
  const decode = decodePace(paceInput(request, { settings, threads: choice.threads }), 0);
  return {
    ...words,
    order,
    layers: order.map((device) => places.filter((place) => place === device).length),
    onHost: places.filter((place) => place === "host").length,
    settings,
    verdict: weighed.now,
    deviceBytes: weighed.now.places
      .filter(({ place }) => place !== "host")
      .reduce((total, { need }) => total + need, 0),
    ...(decode ? { decode } : {}),
  };
}

function sameAs(one: Arrangement, other: Arrangement): boolean {
  const used = ({ order, layers }: Arrangement) =>
    JSON.stringify([order.filter((_, at) => layers[at]! > 0), layers.filter((count) => count > 0)]);
  return used(one) === used(other);
}

function byWorth(one: Arrangement, other: Arrangement): number {
  const fit = ORDER.indexOf(one.verdict.verdict) - ORDER.indexOf(other.verdict.verdict);
  if (fit !== 0) return fit;
  const pace = (other.decode?.tokensPerSec ?? 0) - (one.decode?.tokensPerSec ?? 0);
  return pace !== 0 ? pace : one.deviceBytes - other.deviceBytes;
}
