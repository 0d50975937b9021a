import type { Geometry, Layer } from "../../src/facts/model/index.ts";
import { modelsOfDimensions } from "./catalog-match.ts";
import { RowError, type Fields } from "./fields.ts";
import { truthFeedForward } from "./truth-feed-forward.ts";
import { truthMixer } from "./truth-mixer.ts";

// The truth rows give a model by its dimensions alone.

/**
 * Models whose August rows were made with a header of another architecture than the row names: SmolLM3, which leaves every fourth
 * layer without rope. The rows of later builds were asked with headers of the architecture as named, rope on every layer.
 */
const AUGUST_NO_ROPE_EVERY: Readonly<Record<string, number>> = { smollm3: 4 };

/** more than any model has: a row beyond it is damaged */
const MOST_LAYERS = 1024;

/** `build` is the row's own field: absent for August. */
export function truthGeometry(name: string, model: Fields, build: string): Geometry {
  const deepstackLayers = model.count("n_deepstack");
  // rows name the language model that such a model contains
  const architecture = model.text("arch").replace(/^qwen3(?=moe$|$)/, deepstackLayers > 0 ? "qwen3vl" : "qwen3");
  const ropelessEvery = build === "" ? AUGUST_NO_ROPE_EVERY[name] : undefined;
  for (const key of ["n_layer", "n_embd", "n_vocab", "head_k"]) {
    if (model.count(key) === 0) throw new RowError(`the model has no ${key}`);
  }
  return {
    architecture,
    name,
    embeddingLength: model.count("n_embd"),
    vocabularySize: model.count("n_vocab"),
    contextLength: model.count("n_ctx_train"),
    tiedEmbeddings: isTied(architecture, model),
    deepstackLayers,
    perLayerEmbeddingLength: model.count("n_embd_per_layer"),
    positionsPerToken: model.count("n_pos", 1),
    layers: layersOf(model, build, ropelessEvery),
  };
}

/** As the catalog has it for a model of these dimensions. Gemma ties its embeddings, as do the small models of Qwen 2.5 and 3. */
function isTied(architecture: string, model: Fields): boolean {
  const width = model.count("n_embd");
  const rows = modelsOfDimensions({
    architecture,
    layers: model.count("n_layer"),
    width,
    heads: model.count("n_head"),
    vocabulary: model.count("n_vocab"),
  });
  const tied = new Set(rows.map((row) => row.tied === true));
  if (tied.size === 1) return tied.has(true);
  if (architecture === "qwen2") return width <= 2048;
  return (
    ["gemma2", "gemma3", "gemma4", "cohere2", "granitehybrid"].includes(architecture) ||
    (architecture === "qwen3" && width <= 2560)
  );
}

/** Architectures whose cache leaves out the blocks for further tokens, which are layers all the same. */
const CACHE_OF_TRUNK: ReadonlySet<string> = new Set(["qwen35", "qwen35moe", "qwen3next"]);

/** Blocks for further tokens are layers where the row says that the cache covers them, or where no cache ever does. */
function layersOf(model: Fields, build: string, ropelessEvery: number | undefined): Layer[] {
  const trunk = model.count("n_layer", 0, MOST_LAYERS);
  const counted = model.flag("nextn_in_kv") || CACHE_OF_TRUNK.has(model.text("arch"));
  const appended = counted ? model.count("n_layer_nextn", 0, MOST_LAYERS) : 0;
  return Array.from({ length: trunk + appended }, (_, layer) => ({
    kind: layer < trunk ? "trunk" : "mtp",
    mixer: truthMixer(model, layer, ropelessEvery),
    feedForward: truthFeedForward(model, layer, build),
  }));
}
