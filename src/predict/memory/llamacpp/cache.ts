import type { Attention, Geometry } from "../../../facts/model/index.ts";
import type { LlamaCppBuild } from "../../../facts/runtime/index.ts";
import type { GraphPart } from "./architectures/builder.ts";
import type { BufferType } from "./backends/buffer.ts";
import { allocationOf } from "./backends/buffer.ts";
import type { ContextSizes } from "./context.ts";
import { attentionOf } from "./geometry.ts";
import { elementType, F16, type ElementType } from "./graph/element.ts";
import { GraphTensor } from "./graph/tensor.ts";
import type { DecidedSettings } from "./question.ts";

/** Keys and values of one layer. */
export interface LayerCache {
  readonly layer: number;
  readonly kind: CacheKind;
  readonly bufferType: BufferType;
  readonly cells: number;
  readonly keyType: ElementType;
  readonly valueType: ElementType;
  readonly keyWidth: number;
  readonly valueWidth: number;
}

/** The engine keeps one cache for layers that see everything, one for layers with a window, and one for keys of indexers. */
export type CacheKind = "full" | "window" | "indexer";

/**
 * Architectures whose cache leaves out the blocks appended to predict further tokens; all others hold one for these blocks too,
 * although the main graph does not use it (llama-model.cpp, `create_memory`).
 */
const TRUNK_ONLY = new Set([
  "glm5-next",
  "nemotron_h",
  "nemotron_h_moe",
  "qwen35",
  "qwen35moe",
  "qwen3next",
  "step35",
  "mimo2",
]);

const NO_HEADS: Attention = { kind: "attention", span: "full", heads: 0, kvHeads: 0, keyLength: 0, valueLength: 0 };

/**
 * Caches of all layers that own one (llama-kv-cache.cpp, llama-kv-cache-iswa.cpp). `place` says where a layer's cache lies;
 * `trunkOnly`, that the build leaves out appended blocks whatever the architecture. Where they are left out, a draft's context caches
 * them alone; elsewhere both contexts cache all.
 */
export function layerCaches(
  geometry: Geometry,
  settings: DecidedSettings,
  sizes: ContextSizes,
  place: (layer: number) => BufferType,
  {
    part,
    trunkOnly,
    latentCaches = "instead",
  }: {
    readonly part: GraphPart;
    readonly trunkOnly: boolean;
    readonly latentCaches?: LlamaCppBuild["latentCaches"];
  },
): LayerCache[] {
  if (geometry.cacheless) return [];
  const keyType = elementType(settings.cacheTypeK) ?? F16;
  const valueType = elementType(settings.cacheTypeV) ?? F16;
  const widest = Math.max(0, ...geometry.layers.map((layer) => valueWidthOf(attentionOf(layer))));
  const apart = trunkOnly || TRUNK_ONLY.has(geometry.architecture);
  // a layer without attention has values as wide as the widest where all are made so
  const wholeLayers = geometry.architecture === "deci" && settings.valuesTransposed;
  const caches: LayerCache[] = [];
  geometry.layers.forEach((each, layer) => {
    if (apart && (each.kind === "mtp") !== (part === "mtp")) return;
    if (each.mixer.kind === "mla") {
      const { heads, keyLength, valueLength, latentLength, ropeLength } = each.mixer;
      const own = { layer, kind: "full", bufferType: place(layer), cells: sizes.cells, keyType, valueType } as const;
      const latent = { ...own, keyWidth: latentLength + ropeLength, valueWidth: 0 };
      const whole = { ...own, keyWidth: heads * keyLength, valueWidth: heads * valueLength };
      if (latentCaches !== "instead") caches.push(whole);
      if (latentCaches === "beside") caches.push({ ...latent, valueWidth: latentLength });
      if (latentCaches === "instead") caches.push(latent);
      const { indexer } = each.mixer;
      if (indexer !== undefined && part === "trunk" && each.kind === "trunk")
        caches.push({
          ...own,
          kind: "indexer",
          keyWidth: indexer.length * (indexer.pool === undefined ? 1 : 3),
          valueWidth: 0,
        });
      return;
    }
    const attention = attentionOf(each) ?? (wholeLayers ? NO_HEADS : undefined);
    if (attention === undefined || attention.cacheFrom !== undefined) return;
    const kind = attention.span === "full" ? "full" : "window";
    caches.push({
      layer,
      kind,
      bufferType: place(layer),
      cells: kind === "full" ? sizes.cells : sizes.windowCells,
      keyType,
      valueType,
      keyWidth: attention.keyLength * attention.kvHeads,
      // stored transposed, values of every layer are as wide as the widest
      valueWidth: settings.valuesTransposed ? widest : valueWidthOf(attention),
    });
    const { blocks } = attention;
    // the engine keeps values beside these keys, which nobody reads
    if (blocks !== undefined) {
      const own = { layer, kind: "indexer", bufferType: place(layer), cells: sizes.cells, keyType, valueType } as const;
      caches.push({ ...own, keyWidth: blocks.length, valueWidth: attention.valueLength });
    }
  });
  return caches;
}

function valueWidthOf(attention: ReturnType<typeof attentionOf>): number {
  return attention === undefined ? 0 : attention.valueLength * attention.kvHeads;
}

/** The cache's two tensors, fresh for one graph. */
export function cacheTensors(cache: LayerCache, streams: number): { key: GraphTensor; value: GraphTensor } {
  const store = { bufferType: cache.bufferType, usage: "cache" } as const;
  return {
    key: new GraphTensor("none", cache.keyType, [cache.keyWidth, cache.cells, streams, 1], [], { store }),
    value: new GraphTensor("none", cache.valueType, [cache.valueWidth, cache.cells, streams, 1], [], { store }),
  };
}

/** Bytes of the buffers that hold the caches of one kind, by buffer type. */
export function cacheBytes(caches: readonly LayerCache[], kind: CacheKind, streams: number): Map<BufferType, number> {
  const tensors = new Map<BufferType, number[]>();
  // layers are alike, or come in turns
  const sized: { readonly cache: LayerCache; readonly key: number; readonly value: number }[] = [];
  for (const cache of caches) {
    if (cache.kind !== kind) continue;
    let known = sized.find((each) => isAsLarge(each.cache, cache));
    if (known === undefined) {
      const { key, value } = cacheTensors(cache, streams);
      const { bufferType } = cache;
      known = { cache, key: bufferType.allocationBytes(key), value: bufferType.allocationBytes(value) };
      sized.push(known);
    }
    const list = tensors.get(cache.bufferType) ?? [];
    if (list.length === 0) tensors.set(cache.bufferType, list);
    list.push(known.key, known.value);
  }
  return new Map([...tensors].map(([type, bytes]) => [type, allocationOf(type, bytes)]));
}

function isAsLarge(one: LayerCache, other: LayerCache): boolean {
  return (
    one.bufferType === other.bufferType &&
    one.keyWidth === other.keyWidth &&
    one.valueWidth === other.valueWidth &&
    one.cells === other.cells &&
    one.keyType === other.keyType &&
    one.valueType === other.valueType
  );
}
