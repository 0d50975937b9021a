import type { Attention, Geometry, Layer } from "../../../facts/model/index.ts";

/** The attention part of a layer, if it has one with a cache of keys and values per head. */
export function attentionOf(layer: Layer): Attention | undefined {
  if (layer.mixer.kind === "attention") return layer.mixer;
  if (layer.mixer.kind === "parallel") return layer.mixer.attention;
  return undefined;
}

/** Layers of latent attention as ones that have keys and values of every head: what a build without latent caches computes. */
export function decompressed(geometry: Geometry): Geometry {
  const layers = geometry.layers.map((layer): Layer => {
    if (layer.mixer.kind !== "mla") return layer;
    const { heads, keyLength, valueLength } = layer.mixer;
    return { ...layer, mixer: { kind: "attention", span: "full", heads, kvHeads: heads, keyLength, valueLength } };
  });
  return { ...geometry, layers };
}
