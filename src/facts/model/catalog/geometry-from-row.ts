import { ARCHITECTURES, type ArchitectureFacts } from "../architectures.ts";
import type { Attention, FeedForward, Geometry, Indexer, Layer, Mixer } from "../geometry.ts";
import { linearMixer } from "./linear.ts";
import type { Dimensions } from "./row.ts";

/** Architectures whose feed-forward has no gate. */
const UNGATED: ReadonlySet<string> = new Set([
  "apertus",
  "arcee",
  "bert",
  "jina-bert-v3",
  "nemotron",
  "nemotron_h",
  "nemotron_h_moe",
  "nomic-bert-moe",
  "phi2",
  "starcoder2",
]);

/** Why a row gives no geometry, `undefined` where it does. */
export function withoutGeometry(row: Dimensions): string | undefined {
  if (row.architecture === undefined) return "llama.cpp has no architecture for it";
  if (row.beyond !== undefined) return `it has ${row.beyond}, which a geometry cannot say`;
  return undefined;
}

export interface FromRowOptions {
  /** another model's of the same dimensions; the row's unless said */
  readonly context?: number;
  /** with the appended blocks for multi-token prediction, which only some files have */
  readonly mtp?: boolean;
}

/**
 * What a model is, from its catalog row or the dimensions in its configuration: what `geometryFromGguf` gives for a file of
 * it. `undefined` where {@link withoutGeometry} says why.
 */
export function geometryFromRow(
  known: Dimensions,
  { context = known.context, mtp = false }: FromRowOptions = {},
): Geometry | undefined {
  const { architecture } = known;
  if (architecture === undefined || withoutGeometry(known) !== undefined) return undefined;
  const row = known.unplaced === undefined ? known : { ...known, full: spread(known.unplaced, known.layers) };
  const facts = ARCHITECTURES[architecture] ?? {};
  const deepstackLayers = row.vision?.deepstack ?? 0;
  const { vision } = row;
  return {
    architecture,
    ...(row.name !== undefined && { name: row.name }),
    embeddingLength: row.width,
    vocabularySize: row.vocabulary,
    contextLength: context,
    tiedEmbeddings: row.tied ?? false,
    ...(row.perLayerEmbedding !== undefined && { perLayerEmbeddingLength: row.perLayerEmbedding }),
    layers: [
      ...Array.from({ length: row.layers }, (_, layer) => layerOf(row, architecture, facts, layer)),
      ...Array.from({ length: mtp ? (row.mtpLayers ?? 0) : 0 }, () => appendedLayer(row, architecture)),
    ],
    ...((facts.fourPositions || row.fourPositions) && { positionsPerToken: 4 }),
    ...(deepstackLayers > 0 && { deepstackLayers }),
    ...(row.residualStreams !== undefined && { residualStreams: row.residualStreams }),
    ...(row.residualBlock !== undefined && { residualBlock: row.residualBlock }),
    ...(row.queryTemperature && { queryTemperature: true as const }),
    ...(facts.cacheless && { cacheless: true as const }),
    ...((facts.cacheless || row.bidirectional) && { bidirectional: true as const }),
    ...(row.pooling !== undefined && { pooling: row.pooling }),
    ...(row.tokenTypes !== undefined && { tokenTypes: row.tokenTypes }),
    ...(row.classifier && { classifier: row.classifier }),
    ...(vision?.feedForward !== undefined && {
      vision: {
        layers: vision.layers,
        embeddingLength: vision.width,
        feedForwardLength: vision.feedForward,
        ...(vision.patch !== undefined && { patchSize: vision.patch }),
        ...(vision.image !== undefined && { imageSize: vision.image }),
      },
    }),
  };
}

/** The last layer of each of so many groups. */
function spread(count: number, layers: number): number[] {
  return Array.from({ length: count }, (_, group) => Math.floor(((group + 1) * layers) / count) - 1);
}

function layerOf(row: Dimensions, architecture: string, facts: ArchitectureFacts, layer: number): Layer {
  const letter = row.pattern?.[layer];
  if (letter !== undefined) return patternLayer(row, letter);
  return { kind: "trunk", mixer: mixerOf(row, facts, layer), feedForward: feedForwardOf(row, architecture, layer) };
}

/** Architectures whose appended blocks have a dense feed-forward although their layers have experts. */
const DENSE_APPENDED: ReadonlySet<string> = new Set(["exaone-moe"]);

/** A block as the last layer's, which sees everything. */
function appendedLayer(row: Dimensions, architecture: string): Layer {
  const { linear: _, ...plain } = row;
  return {
    kind: "mtp",
    // an appended block has an indexer of its own, as the first layer has
    mixer: mixerOf(plain, {}, row.mla?.indexer ? 0 : row.layers - 1),
    feedForward: feedForwardOf(row, architecture, DENSE_APPENDED.has(architecture) ? 0 : row.layers - 1),
  };
}

/** One block a layer (Nemotron-H). */
function patternLayer(row: Dimensions, letter: string): Layer {
  const none = { kind: "none" } as const;
  const layer = (mixer: Mixer, feedForward: FeedForward): Layer => ({ kind: "trunk", mixer, feedForward });
  switch (letter) {
    case "M":
      return layer(linearMixer(row), none);
    case "*":
      return layer(attentionOf(row, {}, 0), none);
    case "E":
      return layer(none, expertsOf(row, false));
    default:
      return layer(none, { kind: "dense", length: denseLength(row, 0), gated: false });
  }
}

function mixerOf(row: Dimensions, facts: ArchitectureFacts, layer: number): Mixer {
  const full = row.full?.includes(layer) ?? true;
  if (row.attentionFree && !full) return { kind: "none" };
  if (row.linear?.parallel) {
    const recurrent = linearMixer(row);
    if (recurrent.kind === "recurrent")
      return { kind: "parallel", attention: attentionOf(row, facts, layer), recurrent };
  }
  if (row.linear && !row.linear.parallel && !full) return linearMixer(row);
  if (!row.mla) return attentionOf(row, facts, layer);
  const { query = 0, latent, plain, rope, value, indexer } = row.mla;
  return {
    kind: "mla",
    heads: row.heads,
    latentLength: latent,
    ropeLength: rope,
    keyLength: plain + rope,
    valueLength: value,
    queryLatentLength: query,
    ...(indexer && hasIndexer(row, layer) && { indexer: indexerOf(indexer) }),
  };
}

/** Pools are picked by all layers. Else, where not all layers have one, the first two do, and from there the first of every four (GLM 5.2). */
function hasIndexer({ mla, layers }: Dimensions, layer: number): boolean {
  return mla!.indexer!.pool !== undefined || mla!.indexer!.layers === layers || layer < 2 || layer % 4 === 2;
}

function indexerOf({ heads, length, picks, pool }: Indexer): Indexer {
  return { heads, length, picks, ...(pool !== undefined && { pool }) };
}

function attentionOf(row: Dimensions, facts: ArchitectureFacts, layer: number): Attention {
  // Windows in a configuration that the architecture's code does not read are no windows (Mistral 7B v0.1).
  const span = facts.window?.span ?? row.window?.span;
  const { window } = span ? row : {};
  const windowed = window !== undefined && row.full?.includes(layer) === false;
  const owners = row.layers - (row.sharedCaches ?? 0);
  return {
    kind: "attention",
    ...(span && windowed ? { span, window: window.length } : { span: "full" as const }),
    heads: (windowed ? window.heads : undefined) ?? row.heads,
    kvHeads: (windowed ? window.kvHeads : undefined) ?? row.kvHeads,
    keyLength: (windowed ? window.keyLength : undefined) ?? row.keyLength,
    valueLength: (windowed ? window.valueLength : undefined) ?? row.valueLength,
    ...(row.blocks && layer >= Number(row.experts?.dense ?? 0) && { blocks: row.blocks }),
    ...(layer >= owners && { cacheFrom: owners - (windowed ? 2 : 1) }),
    ...(hasRope(facts.rope, window !== undefined, windowed, layer) ? {} : { rope: false }),
  };
}

function hasRope(rule: ArchitectureFacts["rope"], hasWindow: boolean, windowed: boolean, layer: number): boolean {
  if (!rule || (rule.onlyWithWindow && !hasWindow)) return true;
  if ("on" in rule) return windowed;
  return layer % rule.noneEvery !== (rule.at === "first" ? 0 : rule.noneEvery - 1);
}

function feedForwardOf(row: Dimensions, architecture: string, layer: number): FeedForward {
  const dense = row.experts?.dense ?? 0;
  if (row.experts && !(typeof dense === "number" ? layer < dense : dense.includes(layer)))
    return expertsOf(row, architecture === "gemma4");
  return { kind: "dense", length: denseLength(row, layer), gated: !UNGATED.has(architecture) };
}

/** Gemma 4 has a dense part beside its experts where others have shared ones. */
function expertsOf({ experts, name }: Dimensions, denseSide: boolean): FeedForward {
  if (!experts) throw new RangeError(`${name}: a layer of experts, and no experts`);
  const { shared = 0, gating, normalized, scaled, expertGroups, expertGroupsUsed = 0 } = experts;
  return {
    kind: "experts",
    experts: experts.count,
    expertsUsed: experts.used,
    expertLength: experts.length,
    sharedLength: denseSide ? 0 : shared,
    denseSideLength: denseSide ? shared : 0,
    ...(gating !== undefined && { gating }),
    ...(normalized !== undefined && { normalized }),
    ...(scaled && { scaled }),
    ...(experts.latent !== undefined && { latentLength: experts.latent }),
    ...(expertGroups !== undefined && { expertGroups, expertGroupsUsed }),
  };
}

function denseLength({ feedForward, feedForwards, layers, sharedCaches = 0, name }: Dimensions, layer: number): number {
  if (feedForwards)
    return feedForwards.flatMap(([length, count]) => Array.from({ length: count }, () => length))[layer]!;
  if (feedForward === undefined) throw new RangeError(`${name}: a dense layer, and no length`);
  if (typeof feedForward === "number") return feedForward;
  return feedForward[layer < layers - sharedCaches ? 0 : 1] ?? 0;
}
