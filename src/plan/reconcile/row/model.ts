import { tensorList, type Geometry, type Layer } from "../../../facts/model/index.ts";
import type { LlamaCppBuild } from "../../../facts/runtime/index.ts";
import type { Tensor } from "../../../facts/weights/index.ts";
import { modelOfName, modelsOfDimensions, type Catalog } from "../catalog-match.ts";
import { RowError, type Fields } from "../fields.ts";

/** The model of a row: by the dimensions that were printed and the catalog's row of them, or by its name. */
export function geometryOfRow(catalog: Catalog, model: Fields, build: LlamaCppBuild | undefined): Geometry {
  const found = byDimensions(catalog, model) ?? byName(catalog, model);
  if (found === undefined)
    throw new RowError("which model it is is not said, and its dimensions were not printed in full");
  const architecture = model.text("arch");
  if (architecture !== "" && architecture !== found.architecture) {
    throw new RowError(`the model is printed as ${architecture}, not ${found.architecture}`);
  }
  const geometry = { ...found, vocabularySize: model.count("n_vocab", found.vocabularySize) };
  // without latent caches the build decompresses every file by itself
  return build === undefined || build.latentCaches === "instead" ? fullHeads(geometry, model) : geometry;
}

function byDimensions(catalog: Catalog, model: Fields): Geometry | undefined {
  const printed = ["n_layer", "n_embd", "n_head", "n_head_kv", "head_k", "n_vocab"];
  const architecture = model.text("arch");
  if (architecture === "" || !printed.every((key) => model.has(key))) return undefined;
  const layers = model.count("n_layer");
  const wanted = {
    architecture,
    width: model.count("n_embd"),
    heads: model.count("n_head"),
    vocabulary: model.count("n_vocab"),
    ...(model.has("n_expert") ? { experts: model.count("n_expert") } : {}),
  };
  const [row] = modelsOfDimensions(catalog, { ...wanted, layers });
  if (row !== undefined) return asPrinted(catalog.geometryFromRow(row), model) ?? plain(model, architecture);
  // blocks for further tokens are printed as layers
  const [withBlock] = modelsOfDimensions(catalog, { ...wanted, layers: layers - 1 });
  if (withBlock?.mtpLayers === 1) return catalog.geometryFromRow(withBlock, { mtp: true });
  return plain(model, architecture);
}

function byName(catalog: Catalog, model: Fields): Geometry | undefined {
  const name = model.text("name");
  const bare = name.replaceAll(/\(.*?\)|\bclass\b/g, " ").trim();
  for (const candidate of [name, bare, bare.replaceAll("-", " ")]) {
    const row = candidate === "" ? undefined : modelOfName(catalog, candidate);
    if (row !== undefined) return catalog.geometryFromRow(row);
  }
  return undefined;
}

/** A catalogued model, unless its feed-forward is printed as another length: pruned and widened ones keep every other dimension. */
function asPrinted(geometry: Geometry | undefined, model: Fields): Geometry | undefined {
  if (geometry === undefined) return undefined;
  const dense = geometry.layers.flatMap(({ feedForward }) =>
    feedForward.kind === "dense" ? [feedForward.length] : [],
  );
  if (!model.has("n_ff") || dense.length !== geometry.layers.length) return geometry;
  return dense.every((length) => length === dense[0]) && dense[0] !== model.count("n_ff") ? undefined : geometry;
}

/** Architectures whose every layer is alike and dense: a few dimensions are all there is. */
const PLAIN: ReadonlySet<string> = new Set([
  "command-r",
  "glm4",
  "granite",
  "llama",
  "mistral3",
  "qwen2",
  "qwen3",
  "seed_oss",
]);

function plain(model: Fields, architecture: string): Geometry | undefined {
  if (!PLAIN.has(architecture) || model.count("n_expert") > 0 || model.count("sliding_window") > 0) return undefined;
  const keyLength = model.count("head_k");
  const layer: Layer = {
    kind: "trunk",
    mixer: {
      kind: "attention",
      span: "full",
      heads: model.count("n_head"),
      kvHeads: model.count("n_head_kv"),
      keyLength,
      valueLength: model.count("head_v", keyLength),
    },
    feedForward: { kind: "dense", length: model.count("n_ff"), gated: true },
  };
  return {
    architecture,
    embeddingLength: model.count("n_embd"),
    vocabularySize: model.count("n_vocab"),
    contextLength: model.count("n_ctx_train"),
    tiedEmbeddings: false,
    layers: Array.from({ length: model.count("n_layer") }, () => layer),
  };
}

/** Latent attention printed with as many key heads as heads: a file whose keys and values are decompressed before they are cached. */
function fullHeads(geometry: Geometry, model: Fields): Geometry {
  if (!model.has("n_head_kv") || model.count("n_head_kv") !== model.count("n_head")) return geometry;
  return { ...geometry, layers: geometry.layers.map(decompressed) };
}

function decompressed(layer: Layer): Layer {
  if (layer.mixer.kind !== "mla") return layer;
  const { heads, keyLength, valueLength } = layer.mixer;
  return { ...layer, mixer: { kind: "attention", span: "full", heads, kvHeads: heads, keyLength, valueLength } };
}

type Shaped = Pick<Tensor, "name" | "shape">;

/** Names and shapes of the file's tensors; those of a file that is decompressed first have one matrix for keys and values. */
export function shapesOfRow(catalog: Catalog, geometry: Geometry, model: Fields): Shaped[] {
  const latent = modelsOfDimensions(catalog, {
    architecture: geometry.architecture,
    layers: geometry.layers.length,
    width: geometry.embeddingLength,
  }).find(({ mla }) => mla !== undefined);
  const decompresses = latent !== undefined && geometry.layers.some(({ mixer }) => mixer.kind === "attention");
  const shapes = tensorList(
    decompresses ? { ...catalog.geometryFromRow(latent)!, vocabularySize: geometry.vocabularySize } : geometry,
  );
  if (shapes === undefined) throw new RowError(`the tensors of ${geometry.architecture} are not written down`);
  if (model.count("n_head_kv") === model.count("n_head") || decompresses) return joined(shapes);
  return [...shapes];
}

/** The decompressing matrices of keys and of values as one, as files had them before latent caches. */
function joined(shapes: readonly Shaped[]): Shaped[] {
  return shapes.flatMap(({ name, shape }) => {
    if (name.endsWith(".attn_v_b.weight")) return [];
    if (!name.endsWith(".attn_k_b.weight")) return [{ name, shape }];
    const values = shapes.find((each) => each.name === name.replace("attn_k_b", "attn_v_b"))!.shape[1]!;
    const [plainLength, latentLength, heads] = shape;
    return [{ name: name.replace("attn_k_b", "attn_kv_b"), shape: [latentLength!, heads! * (plainLength! + values)] }];
  });
}
