import type { Attention, Geometry, Layer, Recurrent } from "../../src/facts/model/index.ts";
import type { DraftValue } from "../../src/facts/weights/index.ts";
import { expertKeys } from "./expert-keys.ts";
import type { Entry, HeaderRow } from "./rows.ts";

/** Metadata of a geometry's layers, without the architecture's name before each key. */
export function geometryKeys(geometry: Geometry, row: HeaderRow): Entry[] {
  const { layers, perLayerEmbeddingLength = 0, deepstackLayers = 0, residualBlock = 0, residualStreams = 0 } = geometry;
  const appended = layers.filter(({ kind }) => kind === "mtp").length;
  const borrowed = attentions(geometry).filter(({ cacheFrom }) => cacheFrom !== undefined).length;
  return [
    ["vocab_size", count(geometry.vocabularySize)],
    ["block_count", count(layers.length)],
    ["context_length", count(geometry.contextLength)],
    ["embedding_length", count(geometry.embeddingLength)],
    ["embedding_length_per_layer_input", count(perLayerEmbeddingLength)],
    ...(row.meanNorms ? [] : [["attention.layer_norm_rms_epsilon", { type: "f32", value: 1e-6 }] as const]),
    ["attention.layer_norm_epsilon", { type: "f32", value: 1e-5 }],
    ["rope.freq_base", { type: "f32", value: 10_000 }],
    ...(appended > 0 ? [["nextn_predict_layers", count(appended)] as const] : []),
    ...(borrowed > 0 ? [["attention.shared_kv_layers", count(borrowed)] as const] : []),
    ...(deepstackLayers > 0 ? [["n_deepstack_layers", count(deepstackLayers)] as const] : []),
    ...(residualStreams > 0 ? [["hyper_connection.count", count(residualStreams)] as const] : []),
    ...(residualBlock > 0 ? [["attn_res.block_size", count(residualBlock)] as const] : []),
    ...(geometry.queryTemperature ? [["attention.temperature_scale", { type: "f32", value: 0.1 }] as const] : []),
    ...positionKeys(geometry, row),
    ...headKeys(geometry, row),
    ...latentKeys(geometry),
    ...indexerKeys(geometry, row),
    ...blockKeys(geometry),
    ...windowKeys(geometry, row),
    ...stateKeys(geometry, row),
    ...expertKeys(geometry, row),
    ...embeddingKeys(geometry),
    ...(row.constants ?? []),
  ];
}

/** Numbers of `llama_pooling_type`. */
const POOLINGS = { none: 0, mean: 1, cls: 2, last: 3, rank: 4 } as const;

/** How texts become vectors or scores. */
function embeddingKeys({ architecture, bidirectional, pooling, classifier, layers }: Geometry): Entry[] {
  const experts = layers.findIndex(({ feedForward }) => feedForward.kind === "experts");
  const labels = Array.from({ length: classifier?.labels ?? 0 }, (_, index) => `label ${index}`);
  return [
    ...(bidirectional ? [["attention.causal", { type: "bool", value: false }] as const] : []),
    ...(pooling === undefined ? [] : [["pooling_type", count(POOLINGS[pooling])] as const]),
    ...(classifier ? [["classifier.output_labels", { type: "array", of: "string", values: labels }] as const] : []),
    // layers with experts are the second of every so many
    ...(architecture === "nomic-bert-moe" ? [["moe_every_n_layers", count(experts < 0 ? 0 : 2)] as const] : []),
  ];
}

/** Four positions a token are said by the sections of the rotation, where the architecture does not have them anyway. */
function positionKeys({ positionsPerToken }: Geometry, { constants = [] }: HeaderRow): Entry[] {
  const key = "rope.dimension_sections";
  if (positionsPerToken !== 4 || constants.some(([name]) => name === key)) return [];
  return [[key, { type: "array", of: "u32", values: [8, 12, 12, 0] }]];
}

export function count(value: number): DraftValue {
  return { type: "u32", value };
}

/** One value where all layers agree, as converters write it, else one a layer. */
export function perLayer(values: readonly number[]): DraftValue {
  const [first = 0] = values;
  return values.every((value) => value === first) ? count(first) : { type: "array", of: "u32", values };
}

function attentionOf({ mixer }: Layer): Attention | undefined {
  if (mixer.kind === "parallel") return mixer.attention;
  return mixer.kind === "attention" ? mixer : undefined;
}

function attentions({ layers }: Geometry): Attention[] {
  return layers.map(attentionOf).filter((attention) => attention !== undefined);
}

/** Heads of every layer; one without attention has those of the others, or no key-value heads where that tells it. */
function headKeys(geometry: Geometry, row: HeaderRow): Entry[] {
  const all = attentions(geometry);
  const full = all.find(({ span }) => span === "full") ?? all[0];
  const latent = geometry.layers.map(({ mixer }) => mixer).find(({ kind }) => kind === "mla");
  const heads = latent?.kind === "mla" ? latent.heads : (full?.heads ?? 0);
  const elsewhere = row.headless ? 0 : (full?.kvHeads ?? 0);
  const kvHeads = geometry.layers.map((layer) =>
    layer.mixer.kind === "mla" ? 1 : (attentionOf(layer)?.kvHeads ?? elsewhere),
  );
  return [
    [
      "attention.head_count",
      perLayer(geometry.layers.map((layer) => attentionOf(layer)?.heads ?? (row.attentionFree ? 0 : heads))),
    ],
    ["attention.head_count_kv", perLayer(kvHeads)],
    ...(full
      ? ([
          ["attention.key_length", count(full.keyLength)],
          ["attention.value_length", count(full.valueLength)],
          ["rope.dimension_count", count(full.keyLength)],
        ] satisfies Entry[])
      : []),
  ];
}

function latentKeys({ layers }: Geometry): Entry[] {
  const latent = layers.map(({ mixer }) => mixer).find((mixer) => mixer.kind === "mla");
  if (!latent) return [];
  return [
    ["attention.key_length", count(latent.latentLength + latent.ropeLength)],
    ["attention.value_length", count(latent.latentLength)],
    ["attention.key_length_mla", count(latent.keyLength)],
    ["attention.value_length_mla", count(latent.valueLength)],
    ["attention.kv_lora_rank", count(latent.latentLength)],
    ...(latent.queryLatentLength > 0 ? [["attention.q_lora_rank", count(latent.queryLatentLength)] as const] : []),
    ["rope.dimension_count", count(latent.ropeLength)],
  ];
}

function indexerKeys({ layers }: Geometry, row: HeaderRow): Entry[] {
  const trunk = layers.filter(({ kind }) => kind === "trunk");
  const indexers = trunk.map(({ mixer }) => (mixer.kind === "mla" ? mixer.indexer : undefined));
  const indexer = indexers.find((found) => found !== undefined);
  if (!indexer) return [];
  const values = indexers.map((found) => (found ? 1 : 0));
  return [
    ["attention.indexer.head_count", count(indexer.heads)],
    ["attention.indexer.key_length", count(indexer.length)],
    ["attention.indexer.top_k", count(indexer.picks)],
    ...(indexer.pool === undefined ? [] : [["attention.indexer.kpool", count(indexer.pool)] as const]),
    ...(row.indexerTypes ? [["attention.indexer.types", { type: "array", of: "u32", values }] as const] : []),
  ];
}

function blockKeys(geometry: Geometry): Entry[] {
  const blocks = attentions(geometry).find((attention) => attention.blocks !== undefined)?.blocks;
  if (!blocks) return [];
  return [
    ["attention.indexer.head_count", count(blocks.heads)],
    ["attention.indexer.key_length", count(blocks.length)],
    ["attention.indexer.top_k", count(blocks.picks)],
    ["attention.indexer.block_size", count(blocks.size)],
    ["attention.indexer.local_blocks", count(1)],
  ];
}

/** The window's length, and which layers have one wherever that is more than the architecture's own period. */
function windowKeys(geometry: Geometry, row: HeaderRow): Entry[] {
  const windowed = attentions(geometry).find(({ span }) => span !== "full");
  if (windowed === undefined) return [];
  const full = attentions(geometry).find(({ span }) => span === "full") ?? windowed;
  const pattern = geometry.layers.map((layer) => (attentionOf(layer)?.span ?? "full") !== "full");
  const differs = windowed.keyLength !== full.keyLength || windowed.valueLength !== full.valueLength;
  return [
    ["attention.sliding_window", count(windowed.window ?? 0)],
    ...(row.windowPattern
      ? [["attention.sliding_window_pattern", { type: "array", of: "bool", values: pattern }] as const]
      : []),
    ...(row.windowedLengths || differs
      ? ([
          ["attention.key_length_swa", count(windowed.keyLength)],
          ["attention.value_length_swa", count(windowed.valueLength)],
          ["rope.dimension_count_swa", count(windowed.keyLength)],
        ] satisfies Entry[])
      : []),
  ];
}

function stateKeys({ layers }: Geometry, row: HeaderRow): Entry[] {
  const convolution = layers.map(({ mixer }) => mixer).find((mixer) => mixer.kind === "convolution");
  const found: Entry[] = convolution ? [["shortconv.l_cache", count(convolution.kernel)]] : [];
  const state = layers.map(stateOf).find((recurrent) => recurrent !== undefined);
  if (!state) return found;
  const first = layers.findIndex(({ mixer }) => mixer.kind === "attention");
  const interval: Entry[] = row.interval ? [["full_attention_interval", count(first + 1)]] : [];
  // the heads of attention say all
  if (state.family === "lightning") return interval;
  found.push(["ssm.conv_kernel", count(state.convolutionKernel)]);
  if (state.family === "kda") return [...found, ["kda.head_dim", count(state.stateLength)]];
  return [
    ...found,
    ["ssm.inner_size", count(state.innerLength)],
    ["ssm.state_size", count(state.stateLength)],
    ["ssm.time_step_rank", count(state.valueHeads)],
    ["ssm.group_count", count(state.groups)],
    ...interval,
  ];
}

function stateOf({ mixer }: Layer): Recurrent | undefined {
  if (mixer.kind === "parallel") return mixer.recurrent;
  return mixer.kind === "recurrent" ? mixer : undefined;
}
