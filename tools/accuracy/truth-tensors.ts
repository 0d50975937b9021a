import type { Geometry } from "../../src/facts/model/index.ts";
import { tensorType, type Tensor } from "../../src/facts/weights/index.ts";
import type { Fields } from "./fields.ts";
import { layerTensors } from "./truth-layers.ts";

// Headers of the truth rows were written by one rule, restated here and in truth-layers.ts: Q4_K matrices, the output matrix (or the
// embedding it is tied to) in Q6_K, Q8_0 where a row is not a multiple of 256, everything else in F32; gpt-oss in MXFP4 (experts) and Q8_0; rotation factors with
// every `llama`.

/**
 * Tensors that a library takes or leaves, and that one of the two sets of headers lacked: ernie's experts had no gate in August, its
 * choice of experts no bias in October, bailing's none in August.
 */
const LACKING: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "": { "ernie4_5-moe": "ffn_gate_exps", bailingmoe2: "exp_probs_b.bias" },
  b11434: { "ernie4_5-moe": "exp_probs_b.bias" },
};

/** The tensors of such a header. `build` is the row's own field: absent for August. */
export function truthTensors(geometry: Geometry, build: string, model: Fields): Tensor[] {
  const tensors: Tensor[] = [];
  const add = (name: string, shape: readonly number[], wanted: string): void => {
    const type = tensorType(wanted.endsWith("_K") && shape[0]! % 256 !== 0 ? "Q8_0" : wanted)!;
    const elements = shape.reduce((product, length) => product * length, 1);
    tensors.push({
      name,
      type: type.name,
      shape,
      bytes: (elements / type.blockLength) * type.blockBytes,
      offset: 0,
      file: 0,
    });
  };
  const { embeddingLength: width, vocabularySize, tiedEmbeddings } = geometry;
  add("token_embd.weight", [width, vocabularySize], tiedEmbeddings ? "Q6_K" : "Q4_K");
  add("output_norm.weight", [width], "F32");
  if (!tiedEmbeddings) add("output.weight", [width, vocabularySize], "Q6_K");
  if (geometry.architecture === "llama") add("rope_freqs.weight", [headLength(geometry) / 2], "F32");
  const trunk = geometry.layers.filter(({ kind }) => kind === "trunk").length;
  const perLayer = (geometry.perLayerEmbeddingLength ?? 0) * trunk;
  if (perLayer > 0) {
    add("per_layer_token_embd.weight", [perLayer, vocabularySize], "Q4_K");
    add("per_layer_model_proj.weight", [width, perLayer], "Q4_K");
    add("per_layer_proj_norm.weight", [geometry.perLayerEmbeddingLength!], "F32");
  }
  geometry.layers.forEach((layer, index) => {
    // blocks for further tokens are not loaded with the model
    if (layer.kind === "mtp") return;
    for (const [name, shape, type] of layerTensors(geometry, layer, model)) {
      if (LACKING[build]?.[geometry.architecture] === name) continue;
      add(
        `blk.${index}.${name}${/\.(bias|scale)$/.test(name) || ["ssm_a", "ssm_d"].includes(name) ? "" : ".weight"}`,
        shape,
        type,
      );
    }
  });
  return tensors;
}

function headLength({ layers }: Geometry): number {
  const mixer = layers[0]?.mixer;
  return mixer?.kind === "attention" ? mixer.keyLength : 0;
}
