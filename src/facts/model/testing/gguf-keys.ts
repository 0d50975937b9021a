import type { DraftValue } from "../../weights/index.ts";
import { ARCHITECTURES } from "../architectures.ts";
import type { Attention, ExpertFeedForward, Geometry, Layer, Recurrent } from "../geometry.ts";

/** The keys that converters write for a model of these dimensions, for headers made in tests. */
export function ggufKeys(geometry: Geometry): [string, DraftValue][] {
  const { architecture, layers } = geometry;
  const experts = layers.map(({ feedForward }) => feedForward).find((part) => part.kind === "experts");
  const shared = layers.filter((layer) => attentionOf(layer)?.cacheFrom !== undefined).length;
  const numbers: Record<string, number | undefined> = {
    block_count: layers.length,
    nextn_predict_layers: layers.filter(({ kind }) => kind === "mtp").length,
    context_length: geometry.contextLength,
    embedding_length: geometry.embeddingLength,
    embedding_length_per_layer_input: geometry.perLayerEmbeddingLength,
    n_deepstack_layers: geometry.deepstackLayers,
    "hyper_connection.count": geometry.residualStreams,
    "attn_res.block_size": geometry.residualBlock,
    expert_count: experts?.experts,
    expert_used_count: experts?.expertsUsed,
    "attention.shared_kv_layers": shared > 0 && !ARCHITECTURES[architecture]?.ownCaches ? shared : undefined,
    ...attentionKeys(layers),
    ...latentKeys(layers),
    ...recurrentKeys(layers),
    ...routingKeys(experts),
  };
  const counts = (values: number[]): DraftValue => ({ type: "array", of: "u32", values });
  const own: [string, DraftValue][] = [
    ...Object.entries(numbers).flatMap(([key, value]): [string, DraftValue][] =>
      value === undefined ? [] : [[key, { type: "u32", value }]],
    ),
    ["attention.head_count", counts(layers.map(headsOf))],
    ["attention.head_count_kv", counts(layers.map(kvHeadsOf))],
  ];
  const spans = layers.map((layer) => (attentionOf(layer)?.span ?? "full") !== "full");
  const { normalized } = experts ?? {};
  if (normalized !== undefined) own.push(["expert_weights_norm", { type: "bool", value: normalized }]);
  if (experts?.scaled) own.push(["expert_weights_scale", { type: "f32", value: 2.5 }]);
  if (geometry.queryTemperature) own.push(["attention.temperature_scale", { type: "f32", value: 0.1 }]);
  if (geometry.positionsPerToken === 4 && !ARCHITECTURES[architecture]?.fourPositions)
    own.push(["rope.dimension_sections", counts([8, 12, 12, 0])]);
  if (spans.includes(true))
    own.push(["attention.sliding_window_pattern", { type: "array", of: "bool", values: spans }]);
  return [
    ["general.architecture", { type: "string", value: architecture }],
    ["general.name", { type: "string", value: geometry.name ?? "" }],
    ...own.map(([key, value]): [string, DraftValue] => [`${architecture}.${key}`, value]),
  ];
}

function attentionKeys(layers: readonly Layer[]): Record<string, number | undefined> {
  const attentions = layers.map(attentionOf).filter((attention) => attention !== undefined);
  const full = attentions.find(({ span }) => span === "full") ?? attentions[0];
  const windowed = attentions.find(({ span }) => span !== "full");
  return {
    "attention.key_length": full?.keyLength,
    "attention.value_length": full?.valueLength,
    "attention.sliding_window": windowed?.window,
    ...blockKeys(attentions.find(({ blocks }) => blocks !== undefined)),
    "attention.key_length_swa": windowed?.keyLength,
    "attention.value_length_swa": windowed?.valueLength,
  };
}

function blockKeys({ blocks }: Partial<Attention> = {}): Record<string, number | undefined> {
  return {
    "attention.indexer.head_count": blocks?.heads,
    "attention.indexer.key_length": blocks?.length,
    "attention.indexer.top_k": blocks?.picks,
    "attention.indexer.block_size": blocks?.size,
  };
}

function latentKeys(layers: readonly Layer[]): Record<string, number | undefined> {
  const latent = layers.map(({ mixer }) => mixer).find((mixer) => mixer.kind === "mla");
  if (!latent) return {};
  return {
    "attention.key_length": latent.latentLength + latent.ropeLength,
    "attention.value_length": latent.latentLength,
    "attention.key_length_mla": latent.keyLength,
    "attention.value_length_mla": latent.valueLength,
    "attention.kv_lora_rank": latent.latentLength,
    "attention.q_lora_rank": latent.queryLatentLength,
    "attention.indexer.head_count": latent.indexer?.heads,
    "attention.indexer.key_length": latent.indexer?.length,
    "attention.indexer.top_k": latent.indexer?.picks,
    "attention.indexer.kpool": latent.indexer?.pool,
    "rope.dimension_count": latent.ropeLength,
  };
}

function recurrentKeys(layers: readonly Layer[]): Record<string, number | undefined> {
  const convolution = layers.map(({ mixer }) => mixer).find((mixer) => mixer.kind === "convolution");
  const recurrent = layers.map(recurrentOf).find((part) => part !== undefined);
  return {
    "shortconv.l_cache": convolution?.kernel,
    "ssm.conv_kernel": recurrent?.convolutionKernel,
    "ssm.inner_size": recurrent?.innerLength,
    "ssm.state_size": recurrent?.stateLength,
    "ssm.group_count": recurrent?.groups,
    "ssm.time_step_rank": recurrent?.valueHeads,
    "kda.head_dim": recurrent?.family === "kda" ? recurrent.stateLength : undefined,
  };
}

function routingKeys(experts: ExpertFeedForward | undefined): Record<string, number | undefined> {
  const gatings: Partial<Record<string, number>> = { softmax: 1, sigmoid: 2, "softmax-of-chosen": 3 };
  return {
    expert_gating_func: gatings[experts?.gating ?? ""],
    expert_group_count: experts?.expertGroups,
    expert_group_used_count: experts?.expertGroupsUsed,
  };
}

function attentionOf({ mixer }: Layer): Attention | undefined {
  if (mixer.kind === "parallel") return mixer.attention;
  return mixer.kind === "attention" ? mixer : undefined;
}

function recurrentOf({ mixer }: Layer): Recurrent | undefined {
  if (mixer.kind === "parallel") return mixer.recurrent;
  return mixer.kind === "recurrent" ? mixer : undefined;
}

function headsOf(layer: Layer): number {
  if (layer.mixer.kind === "mla") return layer.mixer.heads;
  return attentionOf(layer)?.heads ?? recurrentOf(layer)?.valueHeads ?? 0;
}

function kvHeadsOf(layer: Layer): number {
  return layer.mixer.kind === "mla" ? 1 : (attentionOf(layer)?.kvHeads ?? 0);
}
