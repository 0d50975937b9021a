import type { Attention, FeedForward, Geometry, Layer } from "../../src/facts/model/index.ts";

/** What is left of a model; absent: all. */
export interface Cut {
  /** trunk layers, from the first; appended blocks stay */
  readonly layers?: number;
  readonly experts?: number;
  readonly vocabulary?: number;
  /** trained length */
  readonly context?: number;
}

/** A smaller model of the same kind: its layers are as wide as before. */
export function cutGeometry(geometry: Geometry, { layers = Infinity, experts, vocabulary, context }: Cut): Geometry {
  const trunk = geometry.layers.filter(({ kind }) => kind === "trunk");
  const appended = geometry.layers.filter(({ kind }) => kind === "mtp");
  const kept = trunk.length <= layers ? trunk : cutTrunk(trunk, layers);
  return {
    ...geometry,
    contextLength: Math.min(context ?? geometry.contextLength, geometry.contextLength),
    vocabularySize: Math.min(vocabulary ?? geometry.vocabularySize, geometry.vocabularySize),
    layers: [...kept, ...appended].map((layer) => ({ ...layer, feedForward: cutExperts(layer.feedForward, experts) })),
  };
}

/** Of layers that share caches: owners up to the first that sees everything, and behind them layers that read theirs. */
function cutTrunk(trunk: readonly Layer[], count: number): Layer[] {
  const owners = trunk.findIndex(({ mixer }) => mixer.kind === "attention" && mixer.cacheFrom !== undefined);
  if (owners < 0) return trunk.slice(0, count);
  const own = 1 + trunk.findIndex(({ mixer }) => mixer.kind === "attention" && mixer.span === "full");
  const readers = trunk.slice(owners, owners + Math.max(0, count - own));
  return [...trunk.slice(0, own), ...readers.map((layer) => reading(layer, own))];
}

function reading(layer: Layer, owners: number): Layer {
  if (layer.mixer.kind !== "attention") return layer;
  const mixer: Attention = { ...layer.mixer, cacheFrom: owners - (layer.mixer.span === "full" ? 1 : 2) };
  return { ...layer, mixer };
}

/** Groups of experts keep two each, of which the choice between groups makes use. */
function cutExperts(feedForward: FeedForward, experts: number | undefined): FeedForward {
  if (feedForward.kind !== "experts" || experts === undefined || experts >= feedForward.experts) return feedForward;
  const { expertGroups = 1, expertGroupsUsed = 1, expertsUsed } = feedForward;
  const groups = Math.min(expertGroups, experts / 2);
  const cut = { ...feedForward, experts, expertsUsed: Math.min(expertsUsed, experts / 2) };
  if (expertGroups === 1) return cut;
  return { ...cut, expertGroups: groups, expertGroupsUsed: Math.min(expertGroupsUsed, groups - 1) };
}
