import type { Geometry, Layer } from "../../src/facts/model/index.ts";
import { tensorType, type Tensor } from "../../src/facts/weights/index.ts";
import type { Fields } from "./fields.ts";

// The truth rows give a model by its dimensions alone. Their headers were written by one rule, restated here: Q4_K matrices, the
// output matrix (or the embedding it is tied to) in Q6_K, Q8_0 where a row is not a multiple of 256, everything else in F32;
// rotation factors with every `llama`.

/**
 * Models whose August rows were made with a header of another architecture than the row names: SmolLM3, which leaves every fourth
 * layer without rope. The rows of later builds were asked with headers of the architecture as named, rope on every layer.
 */
const AUGUST_NO_ROPE_EVERY: Readonly<Record<string, number>> = { smollm3: 4 };

/** `build` is the row's own field: absent for August. */
export function truthGeometry(name: string, model: Fields, build: string): Geometry {
  const architecture = model.text("arch");
  const ropelessEvery = build === "" ? AUGUST_NO_ROPE_EVERY[name] : undefined;
  return {
    architecture,
    name,
    embeddingLength: model.number("n_embd"),
    vocabularySize: model.number("n_vocab"),
    contextLength: model.number("n_ctx_train"),
    tiedEmbeddings: isTied(architecture, model.number("n_embd")),
    layers: Array.from({ length: model.number("n_layer") }, (_, layer) => layerOf(model, layer, ropelessEvery)),
  };
}

/** Gemma ties its embeddings; Qwen 2.5 and 3 do in their small models. */
function isTied(architecture: string, width: number): boolean {
  if (architecture === "qwen2") return width <= 2048;
  return architecture === "gemma3" || (architecture === "qwen3" && width <= 2560);
}

function layerOf(model: Fields, layer: number, ropelessEvery: number | undefined): Layer {
  const keyLength = model.number("head_k");
  const window = model.number("n_swa");
  const sliding = isSliding(model, layer);
  const experts = model.number("n_expert");
  return {
    kind: "trunk",
    mixer: {
      kind: "attention",
      span: sliding ? "sliding" : "full",
      ...(sliding ? { window } : {}),
      heads: model.number("n_head"),
      kvHeads: model.numbers("n_head_kv")?.[layer] ?? model.number("n_head_kv"),
      keyLength,
      valueLength: model.number("head_v") || keyLength,
      rope: ropelessEvery === undefined || (layer + 1) % ropelessEvery !== 0,
    },
    feedForward:
      experts === 0
        ? { kind: "dense", length: model.number("n_ff"), gated: true }
        : {
            kind: "experts",
            experts,
            expertsUsed: model.number("n_expert_used"),
            expertLength: model.number("n_ff_exp"),
            sharedLength: model.number("n_ff_shexp"),
            denseSideLength: 0,
          },
  };
}

function isSliding(model: Fields, layer: number): boolean {
  const listed = model.numbers("swa_layers");
  if (listed !== undefined) return listed.includes(layer);
  const period = model.number("swa_period");
  return model.number("n_swa") > 0 && period > 0 && layer % period < period - 1;
}

/** The tensors of such a header. */
export function truthTensors(geometry: Geometry): Tensor[] {
  const tensors: Tensor[] = [];
  const add = (name: string, shape: readonly number[], wanted: string): void => {
    const type = tensorType(wanted !== "F32" && shape[0]! % 256 !== 0 ? "Q8_0" : wanted)!;
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
  geometry.layers.forEach((layer, index) => {
    for (const [name, shape, type] of layerTensors(geometry, layer)) {
      add(`blk.${index}.${name}${name.endsWith(".bias") ? "" : ".weight"}`, shape, type);
    }
  });
  return tensors;
}

type Row = readonly [name: string, shape: readonly number[], type: string];

function layerTensors({ architecture, embeddingLength: width }: Geometry, { mixer, feedForward }: Layer): Row[] {
  if (mixer.kind !== "attention") return [];
  const keys = mixer.keyLength * mixer.kvHeads;
  const rows: Row[] = [
    ["attn_norm", [width], "F32"],
    ["attn_q", [width, mixer.keyLength * mixer.heads], "Q4_K"],
    ["attn_k", [width, keys], "Q4_K"],
    ["attn_v", [width, mixer.valueLength * mixer.kvHeads], "Q4_K"],
    ["attn_output", [mixer.valueLength * mixer.heads, width], "Q4_K"],
    ["ffn_norm", [width], "F32"],
  ];
  if (["gemma3", "qwen3", "qwen3moe"].includes(architecture)) {
    rows.push(["attn_q_norm", [mixer.keyLength], "F32"], ["attn_k_norm", [mixer.keyLength], "F32"]);
  }
  if (architecture === "qwen2") {
    const queries = mixer.keyLength * mixer.heads;
    rows.push(["attn_q.bias", [queries], "F32"], ["attn_k.bias", [keys], "F32"], ["attn_v.bias", [keys], "F32"]);
  }
  if (architecture === "gemma3") {
    rows.push(["post_attention_norm", [width], "F32"], ["post_ffw_norm", [width], "F32"]);
  }
  return [...rows, ...feedForwardTensors(width, feedForward)];
}

function feedForwardTensors(width: number, feedForward: Layer["feedForward"]): Row[] {
  if (feedForward.kind === "dense") {
    const { length } = feedForward;
    return [
      ["ffn_gate", [width, length], "Q4_K"],
      ["ffn_up", [width, length], "Q4_K"],
      ["ffn_down", [length, width], "Q4_K"],
    ];
  }
  if (feedForward.kind === "none") return [];
  const { experts, expertLength } = feedForward;
  return [
    ["ffn_gate_inp", [width, experts], "F32"],
    ["ffn_gate_exps", [width, expertLength, experts], "Q4_K"],
    ["ffn_up_exps", [width, expertLength, experts], "Q4_K"],
    ["ffn_down_exps", [expertLength, width, experts], "Q4_K"],
  ];
}

function headLength({ layers }: Geometry): number {
  const mixer = layers[0]?.mixer;
  return mixer?.kind === "attention" ? mixer.keyLength : 0;
}
