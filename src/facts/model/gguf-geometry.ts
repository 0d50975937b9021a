import { LoadoutError } from "../errors/index.ts";
import type { GgufFile } from "../weights/index.ts";
import { ARCHITECTURES } from "./architectures.ts";
import { ArchitectureKeys } from "./architecture-keys.ts";
import { draftHeadOf } from "./gguf-draft-head.ts";
import { embeddingParts } from "./gguf-embedding.ts";
import { feedForwardsOf } from "./feed-forwards.ts";
import type { Geometry } from "./geometry.ts";
import { tensorsByLayer } from "./layer-tensors.ts";
import { mixersOf } from "./mixers.ts";

/** What the model of a GGUF file is. Split files must be read as one set, so that every layer is there. */
export function geometryFromGguf(file: GgufFile): Geometry {
  const architecture = architectureOf(file);
  const keys = new ArchitectureKeys(file.metadata, architecture);
  const embeddingLength = keys.required("embedding_length");
  const vocabularySize = vocabularySizeOf(file, keys, embeddingLength);
  const appended = keys.count("nextn_predict_layers") ?? 0;
  const trunk = keys.layers - appended;
  if (trunk < 1) throw keys.contradiction("nextn_predict_layers", `fewer than ${keys.layers} layers`, appended);
  const layers = tensorsByLayer(file.tensors, keys.layers);
  const missing = layers.findIndex((tensors) => tensors.size === 0);
  if (missing >= 0)
    throw keys.contradiction("block_count", `tensors of ${keys.layers} layers`, `none of layer ${missing}`);

  const mixers = mixersOf(keys, layers, trunk, embeddingLength);
  const feedForwards = feedForwardsOf(keys, layers);
  const name = file.metadata.text("general.name");
  const draftHead = draftHeadOf(file, keys);
  const perLayerEmbeddingLength = keys.count("embedding_length_per_layer_input") ?? 0;
  const deepstackLayers = keys.count("n_deepstack_layers") ?? 0;
  const residualStreams = keys.count("hyper_connection.count") ?? 0;
  const residualBlock = keys.count("attn_res.block_size") ?? 0;
  return {
    architecture,
    ...(name !== undefined && { name }),
    embeddingLength,
    vocabularySize,
    contextLength: keys.required("context_length"),
    tiedEmbeddings: !file.tensors.some((tensor) => tensor.name === "output.weight"),
    ...(perLayerEmbeddingLength > 0 && { perLayerEmbeddingLength }),
    layers: layers.map((_, layer) => ({
      kind: layer < trunk ? "trunk" : "mtp",
      mixer: mixers[layer]!,
      feedForward: feedForwards[layer]!,
    })),
    ...(hasFourPositions(keys) && { positionsPerToken: 4 }),
    ...(deepstackLayers > 0 && { deepstackLayers }),
    ...(residualStreams > 0 && { residualStreams }),
    ...(residualBlock > 0 && { residualBlock }),
    ...((keys.number("attention.temperature_scale") ?? 0) !== 0 && { queryTemperature: true as const }),
    ...embeddingParts(file, keys),
    ...(draftHead && { draftHead }),
  };
}

const NOT_A_MODEL = {
  projector: "a projector: the encoder for images or sound that goes with one",
  adapter: "an adapter: changes to a model that must be loaded with it",
  vocabulary: "a vocabulary without weights",
  imatrix: "an importance matrix for quantizing",
  "control-vector": "a control vector that goes with a model",
} as const;

function architectureOf(file: GgufFile): string {
  if (file.kind !== "model") {
    const advice = "Name the model's own file; this one goes beside it.";
    throw new LoadoutError("model-not-a-model", { file: file.name, got: NOT_A_MODEL[file.kind], advice });
  }
  const architecture = file.metadata.text("general.architecture");
  if (architecture !== undefined) return architecture;
  const advice = "It may be an image or speech model in GGUF form; Loadout reads language models.";
  throw new LoadoutError("model-key-missing", { file: file.name, key: "general.architecture", advice });
}

/** Length of the token list, else the key, checked against the embedding. */
function vocabularySizeOf(file: GgufFile, keys: ArchitectureKeys, embeddingLength: number): number {
  const listed = file.metadata.arrayLength("tokenizer.ggml.tokens") ?? keys.count("vocab_size");
  const embedding = file.tensors.find((tensor) => tensor.name === "token_embd.weight");
  const [width, rows] = embedding?.shape ?? [];
  if (width !== undefined && width !== embeddingLength) {
    throw keys.contradiction("embedding_length", embeddingLength, `${width} columns in "token_embd.weight"`);
  }
  if (rows !== undefined && listed !== undefined && rows !== listed) {
    throw keys.contradiction("vocab_size", `${listed} tokens`, `${rows} rows in "token_embd.weight"`);
  }
  return rows ?? listed ?? keys.required("vocab_size");
}

/** M-RoPE: by the architecture, or where the first two rope sections are in use (`use_mrope` of llama.cpp). */
function hasFourPositions(keys: ArchitectureKeys): boolean {
  if (ARCHITECTURES[keys.architecture]?.fourPositions) return true;
  const sections = keys.list("rope.dimension_sections");
  const mayUse = ["glm4", "glm4moe", "hunyuan_vl"].includes(keys.architecture);
  return mayUse && (sections?.[0] ?? 0) > 0 && (sections?.[1] ?? 0) > 0;
}
