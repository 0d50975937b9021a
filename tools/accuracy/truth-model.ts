import type { Geometry, Layer } from "../../src/facts/model/index.ts";
import type { Fields } from "./fields.ts";
import { truthFeedForward } from "./truth-feed-forward.ts";
import { truthMixer } from "./truth-mixer.ts";

// The truth rows give a model by its dimensions alone.

/**
 * Models whose August rows were made with a header of another architecture than the row names: SmolLM3, which leaves every fourth
 * layer without rope. The rows of later builds were asked with headers of the architecture as named, rope on every layer.
 */
const AUGUST_NO_ROPE_EVERY: Readonly<Record<string, number>> = { smollm3: 4 };

/** `build` is the row's own field: absent for August. */
export function truthGeometry(name: string, model: Fields, build: string): Geometry {
  const deepstackLayers = model.number("n_deepstack");
  // rows name the language model that such a model contains
  const architecture = model.text("arch").replace(/^qwen3(?=moe$|$)/, deepstackLayers > 0 ? "qwen3vl" : "qwen3");
  const ropelessEvery = build === "" ? AUGUST_NO_ROPE_EVERY[name] : undefined;
  return {
    architecture,
    name,
    embeddingLength: model.number("n_embd"),
    vocabularySize: model.number("n_vocab"),
    contextLength: model.number("n_ctx_train"),
    tiedEmbeddings: isTied(architecture, model.number("n_embd")),
    deepstackLayers,
    perLayerEmbeddingLength: model.number("n_embd_per_layer"),
    positionsPerToken: model.number("n_pos", 1),
    layers: layersOf(model, build, ropelessEvery),
  };
}

/** Gemma ties its embeddings; Qwen 2.5 and 3 do in their small models. */
function isTied(architecture: string, width: number): boolean {
  if (architecture === "qwen2") return width <= 2048;
  return (
    ["gemma2", "gemma3", "gemma4", "cohere2", "granitehybrid"].includes(architecture) ||
    (architecture === "qwen3" && width <= 2560)
  );
}

/** Blocks for further tokens count as layers where the row says that the cache covers them. */
function layersOf(model: Fields, build: string, ropelessEvery: number | undefined): Layer[] {
  const trunk = model.number("n_layer");
  const appended = model.flag("nextn_in_kv") ? model.number("n_layer_nextn") : 0;
  return Array.from({ length: trunk + appended }, (_, layer) => ({
    kind: layer < trunk ? "trunk" : "mtp",
    mixer: truthMixer(model, layer, ropelessEvery),
    feedForward: truthFeedForward(model, layer, build),
  }));
}
