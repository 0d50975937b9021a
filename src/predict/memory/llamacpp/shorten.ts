import type { Layer } from "../../../facts/model/index.ts";
import type { Session } from "./compute.ts";
import { LoadedWeights, type PlacedWeight } from "./weights.ts";

/**
 * The same session with repetitions left out: layers are alike in most models, or come in periods (five with a window, one
 * without), and a graph that has gone through a period three times finds its memory as the fourth time. Every place keeps its first
 * layers, three periods and the rest of the last. Models whose layers refer to each other are left whole.
 */
export function shortened(session: Session): Session {
  const { geometry, placement, caches, states } = session;
  const { position, weights } = keptOf(session);
  if (position.size === geometry.layers.length) return session;
  const stays = (_: unknown, layer: number) => position.has(layer);
  const renumbered = <Each extends { readonly layer: number }>(list: readonly Each[]): Each[] =>
    list.flatMap((each) => (position.has(each.layer) ? [{ ...each, layer: position.get(each.layer)! }] : []));
  return {
    ...session,
    geometry: { ...geometry, layers: geometry.layers.filter(stays) },
    placement: { ...placement, layers: placement.layers.filter(stays) },
    weights,
    caches: renumbered(caches),
    states: renumbered(states),
  };
}

interface Kept {
  /** of every layer that stays: its new number */
  readonly position: ReadonlyMap<number, number>;
  readonly weights: LoadedWeights;
}

/** A loaded model is shortened once for all its contexts. */
const KNOWN = new WeakMap<LoadedWeights, Kept>();

function keptOf(session: Session): Kept {
  const known = KNOWN.get(session.weights);
  if (known !== undefined) return known;
  const position = new Map(keptLayers(session).map((layer, index) => [layer, index]));
  const kept = { position, weights: renamed(session.weights, position) };
  KNOWN.set(session.weights, kept);
  return kept;
}

function keptLayers({ geometry, placement, weights }: Session): number[] {
  const { layers } = geometry;
  const whole = (geometry.perLayerEmbeddingLength ?? 0) > 0 || layers.some(refersToAnother);
  if (whole) return layers.map((_, layer) => layer);
  const texts = layers.map((layer) => JSON.stringify(layer));
  for (const [name, { type, bufferType }] of weights.named) {
    const { layer, rest } = parted(name);
    if (texts[layer] !== undefined) texts[layer] += ` ${rest} ${type.name} ${bufferType.name}`;
  }
  const numbers = new Map<string, number>();
  const kinds = texts.map((text) => {
    if (!numbers.has(text)) numbers.set(text, numbers.size);
    return numbers.get(text)!;
  });
  const kept: number[] = [];
  for (let start = 0; start < layers.length;) {
    let end = start + 1;
    while (end < layers.length && placement.layers[end] === placement.layers[start]) end += 1;
    for (const index of withoutRepetitions(kinds.slice(start, end))) kept.push(start + index);
    start = end;
  }
  return kept;
}

function renamed(weights: LoadedWeights, position: ReadonlyMap<number, number>): LoadedWeights {
  const named = new Map<string, PlacedWeight>();
  for (const [name, placed] of weights.named) {
    const shared = /^(.*)@(\d+)$/s.exec(name);
    const { layer, rest } = shared ? { layer: Number(shared[2]), rest: shared[1]! } : parted(name);
    const place = position.get(layer);
    if (layer < 0) named.set(name, placed);
    else if (place !== undefined) named.set(shared ? `${rest}@${place}` : `blk.${place}.${rest}`, placed);
  }
  return new LoadedWeights([...new Set(named.values())], named);
}

/** "blk.7.attn_q.weight" -> 7 and "attn_q.weight"; -1 outside the layers. */
function parted(name: string): { layer: number; rest: string } {
  const dot = name.startsWith("blk.") ? name.indexOf(".", 4) : -1;
  return dot < 0 ? { layer: -1, rest: name } : { layer: Number(name.slice(4, dot)), rest: name.slice(dot + 1) };
}

function refersToAnother({ mixer }: Layer): boolean {
  return mixer.kind === "attention" && mixer.cacheFrom !== undefined;
}

const PERIODS_KEPT = 3;

/** Indices that stay: what comes before the repetition, some periods, and the rest behind whole periods. */
function withoutRepetitions(kinds: readonly number[]): number[] {
  const all = [...kinds.keys()];
  let best = all;
  for (let period = 1; period * (PERIODS_KEPT + 1) <= kinds.length; period++) {
    let start = kinds.length - period;
    while (start > 0 && kinds[start - 1] === kinds[start - 1 + period]) start -= 1;
    const left = (Math.floor((kinds.length - start) / period) - PERIODS_KEPT) * period;
    if (left <= 0 || kinds.length - left >= best.length) continue;
    const from = start + PERIODS_KEPT * period;
    best = all.filter((index) => index < from || index >= from + left);
  }
  return best;
}
