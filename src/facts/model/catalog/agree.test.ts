import { expect, it } from "vitest";
import { type DraftValue, memorySource, readGguf, writeGguf } from "../../weights/index.ts";
import { ARCHITECTURES } from "../architectures.ts";
import type { Attention, Geometry, Layer, Recurrent } from "../geometry.ts";
import { geometryFromGguf } from "../gguf-geometry.ts";
import { draftTensors } from "../model-tensors.ts";
import { tensorList } from "../tensors/index.ts";
import { geometryFromRow, MODELS } from "./index.ts";

// Two ways to a geometry, by a row and by a file, must lead to the same. The files here have the tensors that are written down
// for a row, and the keys that converters write for its dimensions.

it("is the same from a row and from a file with the row's tensors", async () => {
  let compared = 0;
  const asked = MODELS.flatMap((row) => [false, true].slice(0, row.mtpLayers ? 2 : 1).map((mtp) => ({ row, mtp })));
  for (const { row, mtp } of asked) {
    const geometry = geometryFromRow(row, { mtp });
    if (!geometry || !tensorList(geometry)) continue;
    const { vision: _, ...wanted } = geometry;
    const metadata = keysOf(wanted);
    const { header, fileBytes } = writeGguf({ metadata, tensors: draftTensors(wanted, () => "F16") });
    const file = await readGguf({ ...memorySource(header), size: fileBytes });
    expect(geometryFromGguf(file), row.id).toEqual(wanted);
    compared += 1;
  }
  expect(compared).toBeGreaterThanOrEqual(235);
});

const GATINGS = [undefined, "softmax", "sigmoid", "softmax-of-chosen"];

function keysOf(geometry: Geometry): [string, DraftValue][] {
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
    expert_count: experts?.experts,
    expert_used_count: experts?.expertsUsed,
    expert_gating_func: experts?.gating && GATINGS.indexOf(experts.gating),
    expert_group_count: experts?.expertGroups,
    expert_group_used_count: experts?.expertGroupsUsed,
    "attention.shared_kv_layers": shared > 0 && !ARCHITECTURES[architecture]?.ownCaches ? shared : undefined,
    ...attentionKeys(layers),
    ...latentKeys(layers),
    ...recurrentKeys(layers),
  };
  const counts = (values: number[]): DraftValue => ({ type: "array", of: "u32", values });
  const own: [string, DraftValue][] = [
    ...Object.entries(numbers).flatMap(([key, value]): [string, DraftValue][] =>
      value === undefined ? [] : [[key, { type: "u32", value }]],
    ),
    ["attention.head_count", counts(layers.map(headsOf))],
    ["attention.head_count_kv", counts(layers.map(kvHeadsOf))],
  ];
  if (experts?.normalized !== undefined) own.push(["expert_weights_norm", { type: "bool", value: experts.normalized }]);
  if (experts?.scaled) own.push(["expert_weights_scale", { type: "f32", value: 2.5 }]);
  const spans = layers.map((layer) => (attentionOf(layer)?.span ?? "full") !== "full");
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
    "attention.key_length_swa": windowed?.keyLength,
    "attention.value_length_swa": windowed?.valueLength,
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
