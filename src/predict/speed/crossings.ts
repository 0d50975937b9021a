import type { PaceInput } from "./input.ts";
import { attentionLayers } from "./load.ts";
import type { Place } from "./places.ts";

/** Activations pass in single precision. */
export const ACTIVATION_BYTES = 4;

/**
 * How often a token's activations pass between a device and the others in one step: once where several places share the
 * layers; there and back in each layer whose experts, or whose attention (a cache that stays on the host), are computed on the
 * host; once more to another machine.
 */
export function crossingsOf(input: PaceInput, places: readonly Place[], at: number): number {
  const place = places.find(({ where }) => where === at);
  const device = input.devices[at];
  if (!place || !device) return 0;
  const host = places.find(({ where }) => where === "host");
  const away = places.length > 1 && host ? Math.max(expertLayersAway(input, at), attentionAway(input, host, place)) : 0;
  return (places.length > 1 ? 1 : 0) + (device.node === undefined ? 0 : 1) + 2 * away;
}

/** Layers of a device whose experts were told to the host's memory. */
function expertLayersAway({ overrides = [], geometry, placement }: PaceInput, at: number): number {
  if (overrides.length === 0) return 0;
  const tests = overrides.map(({ pattern }) => new RegExp(pattern));
  return geometry.layers.filter(
    ({ feedForward }, layer) =>
      feedForward.kind === "experts" &&
      placement[layer] === at &&
      tests.some((test) => test.test(`blk.${layer}.ffn_down_exps.weight`)),
  ).length;
}

function attentionAway({ cacheOnHost = false }: PaceInput, host: Place, place: Place): number {
  return cacheOnHost ? Math.min(attentionLayers(host.load), place.load.layers) : 0;
}
