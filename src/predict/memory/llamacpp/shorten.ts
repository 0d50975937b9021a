import type { Geometry, Layer } from "../../../facts/model/index.ts";
import type { LlamaCppSettings } from "../../../facts/runtime/index.ts";
import type { Tensor } from "../../../facts/weights/index.ts";
import type { Placement } from "./placement.ts";

/** A model with fewer layers whose graph needs as much at once, and the settings that place it alike. */
export interface Shortened {
  readonly geometry: Geometry;
  readonly tensors: readonly Tensor[];
  readonly settings: LlamaCppSettings;
}

/**
 * Leaves out repetitions: layers are alike in most models, or come in periods (five with a window, one without), and a graph that
 * has gone through a period three times finds its memory as the fourth time. Every place keeps its first layers, three periods and the rest
 * of the last. Models whose layers refer to each other are left whole.
 */
export function shortened(
  geometry: Geometry,
  tensors: readonly Tensor[],
  settings: LlamaCppSettings,
  placement: Placement,
  devices: number,
): Shortened {
  const { layers } = geometry;
  if ((geometry.perLayerEmbeddingLength ?? 0) > 0 || layers.some(refersToAnother)) return { geometry, tensors, settings };
  const onHost = settings.expertLayersOnHost ?? 0;
  const types = layerTypes(tensors, layers.length);
  const kinds = layers.map((layer, index) => kindOf(`${JSON.stringify(layer)} ${types[index]} ${index < onHost}`));
  const kept: number[] = [];
  for (let start = 0; start < layers.length; ) {
    let end = start + 1;
    while (end < layers.length && placement.layers[end] === placement.layers[start]) end += 1;
    kept.push(...withoutRepetitions(kinds.slice(start, end)).map((index) => start + index));
    start = end;
  }
  if (kept.length === layers.length) return { geometry, tensors, settings };
  const count = (place: "host" | number): number =>
    kept.filter((index) => placement.layers[index] === place).length + (placement.output === place ? 1 : 0);
  const position = new Map(kept.map((layer, index) => [layer, index]));
  return {
    geometry: { ...geometry, layers: kept.map((index) => layers[index]!) },
    tensors: tensors.flatMap((tensor) => {
      const match = /^blk\.(\d+)\.(.*)$/s.exec(tensor.name);
      if (match === null) return [tensor];
      const index = position.get(Number(match[1]));
      return index === undefined ? [] : [{ ...tensor, name: `blk.${index}.${match[2]}` }];
    }),
    settings: {
      ...settings,
      gpuLayers: placement.complete ? "all" : kept.length + 1 - count("host"),
      ...(devices > 1 ? { tensorSplit: Array.from({ length: devices }, (_, device) => count(device)) } : {}),
      ...(onHost > 0 ? { expertLayersOnHost: kept.filter((index) => index < onHost).length } : {}),
    },
  };
}

/** Layers with the same text have the same number. */
const KINDS = new Map<string, number>();

function kindOf(text: string): number {
  const known = KINDS.get(text) ?? KINDS.size;
  KINDS.set(text, known);
  return known;
}

/** What a layer's tensors are stored as, in one text. */
function layerTypes(tensors: readonly Tensor[], layers: number): string[] {
  const texts = Array.from({ length: layers }, () => "");
  for (const { name, type } of tensors) {
    const dot = name.startsWith("blk.") ? name.indexOf(".", 4) : -1;
    const layer = dot < 0 ? -1 : Number(name.slice(4, dot));
    if (texts[layer] !== undefined) texts[layer] += `${name.slice(dot)} ${type} `;
  }
  return texts;
}

function refersToAnother({ mixer }: Layer): boolean {
  return mixer.kind === "attention" && mixer.cacheFrom !== undefined;
}

const PERIODS_KEPT = 3;

/** Indices that stay: what comes before the repetition, three periods, and the rest behind whole periods. */
function withoutRepetitions(kinds: readonly number[]): number[] {
  const all = kinds.map((_, index) => index);
  let best = all;
  for (let period = 1; period <= kinds.length / 3; period++) {
    let start = kinds.length - period;
    while (start > 0 && kinds[start - 1] === kinds[start - 1 + period]) start -= 1;
    const repeated = Math.floor((kinds.length - start) / period);
    if (repeated <= PERIODS_KEPT) continue;
    const left = (repeated - PERIODS_KEPT) * period;
    if (kinds.length - left < best.length) best = all.filter((index) => index < start + PERIODS_KEPT * period || index >= start + PERIODS_KEPT * period + left);
  }
  return best;
}
