import type { Device } from "../../facts/hardware/index.ts";
import { deviceNames } from "../memory/index.ts";
import type { PaceInput } from "./input.ts";
import { layerOf, type Load, loadOf } from "./load.ts";

export interface Place {
  readonly where: number | "host";
  readonly load: Load;
}

/** Several paces are asked of one placement, one after the other. */
const MOST_KNOWN = 64;
const KNOWN = new WeakMap<PaceInput["tensors"], WeakMap<PaceInput["geometry"], Map<string, readonly Place[]>>>();

/**
 * What lies where, in the order in which a token passes: by layer, but for tensors that were told to another memory and a
 * cache that stays on the host.
 */
export function placesOf(input: PaceInput): readonly Place[] {
  const { geometry, tensors, placement, overrides = [], devices, cacheTypeK, cacheTypeV, cacheOnHost = false } = input;
  const ofTensors = KNOWN.get(tensors) ?? new WeakMap<PaceInput["geometry"], Map<string, readonly Place[]>>();
  KNOWN.set(tensors, ofTensors);
  const known = ofTensors.get(geometry) ?? new Map<string, readonly Place[]>();
  ofTensors.set(geometry, known);
  // names of devices only matter to what is told to one of them
  const names = overrides.length > 0 ? deviceNames(devices).join() : "";
  const told = overrides.map(({ pattern, buffer }) => `${buffer}=${pattern}`).join(" ");
  const key = `${placement.join()} ${cacheTypeK} ${cacheTypeV} ${cacheOnHost} ${names} ${told}`;
  const places = known.get(key) ?? placed(input);
  if (known.size >= MOST_KNOWN && !known.has(key)) known.delete(known.keys().next().value!);
  known.set(key, places);
  return places;
}

function placed(input: PaceInput): Place[] {
  const { geometry, placement, overrides = [], devices } = input;
  const rules = overrides.map(({ pattern, buffer }) => ({
    test: new RegExp(pattern),
    where: memoryOf(buffer, devices),
  }));
  const last = geometry.layers.length;
  const places = new Map<number | "host", (typeof input.tensors)[number][]>();
  const gather = (where: number | "host") => {
    const held = places.get(where) ?? [];
    places.set(where, held);
    return held;
  };
  for (const where of placement) gather(where);
  for (const tensor of input.tensors) {
    const told = rules.find(({ test }) => test.test(tensor.name))?.where;
    gather(told ?? placement[layerOf(tensor.name) ?? last] ?? "host").push(tensor);
  }
  if (input.cacheOnHost) gather("host");
  return [...places].map(([where, tensors]) => ({
    where,
    load: loadOf(
      input,
      tensors,
      (layer) => placement[layer] === where,
      input.cacheOnHost ? () => where === "host" : undefined,
    ),
  }));
}

function memoryOf(buffer: string, devices: readonly Device[]): number | "host" {
  const at = deviceNames(devices).indexOf(buffer);
  return at < 0 ? "host" : at;
}
