import type { Attention, Layer } from "../../../facts/model/index.ts";

/** The attention part of a layer, if it has one with a cache of keys and values per head. */
export function attentionOf(layer: Layer): Attention | undefined {
  if (layer.mixer.kind === "attention") return layer.mixer;
  if (layer.mixer.kind === "parallel") return layer.mixer.attention;
  return undefined;
}
