import { formatTokens } from "../../facts/units/index.ts";
import type { Choice } from "./choose.ts";
import { ORDER } from "./verdict.ts";

/** A better verdict; else fewer experts, then fewer layers on the CPU, then more context. */
export function isBetter(after: Choice, before: Choice): boolean {
  const better = ORDER.indexOf(before.now.verdict) - ORDER.indexOf(after.now.verdict);
  if (better !== 0) return better > 0;
  return isNearer(after, before) || (sameParts(after, before) && after.context > before.context);
}

/** More of the model on the devices. */
export function isNearer(after: Choice, before: Choice): boolean {
  if (expertsOf(after) !== expertsOf(before)) return expertsOf(after) < expertsOf(before);
  return layersOf(after) > layersOf(before);
}

/** What changed of what is on the devices, and the context: "40 layers on the device"; empty where nothing did. */
export function gained(after: Choice, before: Choice): string {
  return [
    ...(layersOf(after) === layersOf(before) ? [] : [`${layersOf(after)} layers on the device`]),
    ...(expertsOf(after) === expertsOf(before) ? [] : [expertWords(expertsOf(after))]),
    ...(after.context === before.context ? [] : [`${formatTokens(after.context)} of context`]),
  ].join(", ");
}

function sameParts(after: Choice, before: Choice): boolean {
  return expertsOf(after) === expertsOf(before) && layersOf(after) === layersOf(before);
}

function expertWords(layers: number): string {
  return layers === 0 ? "no experts on the CPU" : `the experts of ${layers} layers on the CPU`;
}

function expertsOf({ settings }: Choice): number {
  const { expertLayersOnHost: layers = 0 } = settings;
  return layers === "all" ? Infinity : layers;
}

function layersOf({ decisions }: Choice): number {
  return Number(decisions.find(({ setting }) => setting === "layers on device")?.value ?? 0);
}
