import type { Tensor } from "../../weights/index.ts";
import type { FeedForward, Geometry, Layer, Recurrent } from "../geometry.ts";
import { attentionShapes, blockShapes, indexerShapes, latentShapes } from "./attention.ts";
import { feedForwardShapes } from "./feed-forward.ts";
import { convolutionShapes, recurrentShapes } from "./recurrent.ts";
import { TENSOR_ROWS, type EncoderTensors, type TensorRow } from "./rows.ts";
import type { Shapes } from "./shapes.ts";

/**
 * Names and shapes of all tensors a geometry's file has, `undefined` where the architecture's are not written down, or not
 * those of one of its layers. Frequencies of rotary encodings, which some files also hold, are left out.
 */
export function tensorList(geometry: Geometry): Pick<Tensor, "name" | "shape">[] | undefined {
  const row = TENSOR_ROWS[geometry.architecture];
  if (!row) return undefined;
  const list: Pick<Tensor, "name" | "shape">[] = [];
  list.push({ name: "token_embd.weight", shape: [geometry.embeddingLength, geometry.vocabularySize] });
  // most layers of a model are alike
  const known = new Map<string, Shapes | undefined>();
  for (const [index, layer] of geometry.layers.entries()) {
    const key = JSON.stringify(layer);
    if (!known.has(key)) known.set(key, layerShapes(row, geometry, layer));
    const shapes = index === 0 ? firstShapes(row, known.get(key)) : known.get(key);
    if (!shapes) return undefined;
    const prefix = `blk.${index}.`;
    for (let at = 0; at < shapes.length; at++) {
      const named = shapes[at]!;
      list.push({ name: prefix + named[0], shape: named[1] });
    }
  }
  for (const [name, shape] of headShapes(row, geometry)) list.push({ name, shape });
  return list;
}

function headShapes(row: TensorRow, geometry: Geometry): Shapes {
  const { biases = [], outputNorm = "output_norm", streams, encoder } = row;
  const { embeddingLength: width, vocabularySize, tiedEmbeddings, layers, perLayerEmbeddingLength = 0 } = geometry;
  const shapes: Shapes = [...(encoder ? encoderShapes(encoder, geometry) : []), ...classifierShapes(geometry)];
  if (encoder?.outputNorm !== false) shapes.push([`${outputNorm}.weight`, [width]]);
  if (!tiedEmbeddings && !encoder) shapes.push(["output.weight", [width, vocabularySize]]);
  if (row.residualScores) shapes.push(["output_res_score.weight", [width]]);
  if (biases.includes("output_norm")) shapes.push(["output_norm.bias", [width]]);
  if (biases.includes("output")) shapes.push(["output.bias", [vocabularySize]]);
  if (streams) {
    shapes.push(
      ["altup_proj.weight", [width, width, streams.count - 1]],
      ["altup_unembd_proj.weight", [width, width, streams.count - 1]],
    );
  }
  if (perLayerEmbeddingLength > 0) {
    const all = perLayerEmbeddingLength * layers.length;
    shapes.push(["per_layer_token_embd.weight", [all, vocabularySize]]);
    shapes.push(
      ["per_layer_model_proj.weight", [width, all]],
      ["per_layer_proj_norm.weight", [perLayerEmbeddingLength]],
    );
  }
  return shapes;
}

function encoderShapes({ positions, embeddingNorm }: EncoderTensors, geometry: Geometry): Shapes {
  const { embeddingLength: width, contextLength, tokenTypes = 0 } = geometry;
  const shapes: Shapes = [];
  if (positions) shapes.push(["position_embd.weight", [width, contextLength]]);
  if (tokenTypes > 0) shapes.push(["token_types.weight", [width, tokenTypes]]);
  if (embeddingNorm) shapes.push(["token_embd_norm.weight", [width]]);
  if (embeddingNorm === "shifted") shapes.push(["token_embd_norm.bias", [width]]);
  return shapes;
}

/** Scores of a model that reads backwards too come with biases. */
function classifierShapes({ classifier, embeddingLength: width, bidirectional }: Geometry): Shapes {
  if (!classifier) return [];
  const { labels, dense } = classifier;
  const shapes: Shapes = [["cls.output.weight", [width, labels]]];
  if (bidirectional) shapes.push(["cls.output.bias", [labels]]);
  if (dense) shapes.push(["cls.weight", [width, width]], ["cls.bias", [width]]);
  return shapes;
}

/** What joins the last hidden state and the next token's embedding, and the block's own head where it has one. */
function appendedShapes({ appended }: TensorRow, { embeddingLength: width, vocabularySize }: Geometry): Shapes {
  return [
    ["nextn.eh_proj.weight", [2 * width, width]],
    ["nextn.enorm.weight", [width]],
    ["nextn.hnorm.weight", [width]],
    ["nextn.shared_head_norm.weight", [width]],
    ...(appended === "with head"
      ? ([
          ["nextn.embed_tokens.weight", [width, vocabularySize]],
          ["nextn.shared_head_head.weight", [width, vocabularySize]],
        ] satisfies Shapes)
      : []),
  ];
}

function firstShapes({ encoder }: TensorRow, shapes: Shapes | undefined): Shapes | undefined {
  return encoder?.firstNorm === false ? shapes?.filter(([name]) => name !== "attn_norm.weight") : shapes;
}

function layerShapes(row: TensorRow, geometry: Geometry, layer: Layer): Shapes | undefined {
  const { embeddingLength: width } = geometry;
  const mixer = mixerShapes(row, geometry, layer);
  if (!mixer || (layer.kind === "mtp" && !row.appended)) return undefined;
  const norms = (row.norms ?? ["attn_norm", "ffn_norm"]).filter(
    (name) => !(row.normsOfMixers && name === "attn_norm" && layer.mixer.kind === "none"),
  );
  const weights: Shapes = [
    ...norms.map((name): Shapes[number] => [name, [width]]),
    ...mixer.weights,
    ...feedForwardShapes(row, width, layer.feedForward),
    ...perLayerShapes(geometry),
    ...streamShapes(row, width),
    ...(layer.kind === "trunk" ? hyperShapes(geometry) : []),
    ...(row.residualScores
      ? ([
          ["attn_res_score", [width]],
          ["ffn_res_score", [width]],
        ] satisfies Shapes)
      : []),
  ];
  const biases = weights
    .filter(([name]) => row.biases?.includes(name))
    // a norm's is as wide as what it scales; a matrix's as its output, for every expert
    .map(([name, shape]): Shapes[number] => [`${name}.bias`, shape.length === 1 ? shape : shape.slice(1)]);
  return [
    ...weights.map(([name, shape]): Shapes[number] => [
      name === "ffn_norm" && row.bareFeedForwardNorm ? name : `${name}.weight`,
      shape,
    ]),
    ...biases,
    ...mixer.whole,
    ...expertShapes(row, width, layer.feedForward),
    ...(row.layerScale ? ([["layer_output_scale.weight", [1]]] satisfies Shapes) : []),
    ...(layer.kind === "mtp" ? appendedShapes(row, geometry) : []),
  ];
}

/** `weights`: names without ".weight"; `whole`: names as they are. */
interface MixerShapes {
  readonly weights: Shapes;
  readonly whole: Shapes;
}

function mixerShapes(row: TensorRow, geometry: Geometry, { mixer }: Layer): MixerShapes | undefined {
  const width = geometry.embeddingLength;
  switch (mixer.kind) {
    case "attention": {
      const valueIsKey = row.valueIsKey === true && mixer.span === "full" && !geometry.perLayerEmbeddingLength;
      const hasSinks = row.sinks === "all" || (row.sinks === "windowed" && mixer.span !== "full");
      const sinks: Shapes = hasSinks ? [["attn_sinks.weight", [mixer.heads]]] : [];
      const each = row.queryKeyNorm === "each of 64 layers" && geometry.layers.length >= 64;
      const norms: Shapes = each
        ? [
            ["attn_q_norm", [mixer.keyLength, mixer.heads]],
            ["attn_k_norm", [mixer.keyLength, mixer.kvHeads]],
          ]
        : [];
      return {
        weights: [...attentionShapes(row, width, mixer, valueIsKey), ...norms],
        whole: [...sinks, ...blockShapes(width, mixer)],
      };
    }
    case "mla": {
      const gates = { heads: mixer.heads, elements: mixer.heads * mixer.valueLength };
      const gate: Shapes = row.attentionGate ? [["attn_gate", [width, gates[row.attentionGate]]]] : [];
      return { weights: [...latentShapes(width, mixer), ...gate], whole: indexerShapes(width, mixer) };
    }
    case "convolution":
      return { weights: [], whole: convolutionShapes(width, mixer) };
    case "none":
      return { weights: [], whole: [] };
    case "recurrent": {
      const shapes = recurrentShapes(width, mixer, row.betaAlpha ?? "two");
      if (row.wholeGates) return shapes && { weights: [], whole: withWholeGates(shapes, width, mixer.innerLength) };
      return shapes && { weights: [], whole: withOutputGate(row, shapes, width, mixer) };
    }
    default: {
      const whole = recurrentShapes(width, mixer.recurrent, "two");
      const weights = attentionShapes(row, width, mixer.attention, false);
      const kept = row.stateNorm === false ? whole?.filter(([name]) => name !== "ssm_norm.weight") : whole;
      return kept && { weights, whole: kept };
    }
  }
}

function perLayerShapes({ perLayerEmbeddingLength: length = 0, embeddingLength: width }: Geometry): Shapes {
  if (length === 0) return [];
  return [
    ["inp_gate", [width, length]],
    ["proj", [length, width]],
    ["post_norm", [width]],
  ];
}

function withWholeGates(shapes: Shapes, width: number, inner: number): Shapes {
  return shapes
    .filter(([name]) => !/ssm_[fg]_b\./.test(name))
    .map(([name, shape]): Shapes[number] => (/ssm_[fg]_a\./.test(name) ? [name, [width, inner]] : [name, shape]));
}

/** One matrix for the output gate, and the decay's factors without a dimension of one, where it is so. */
function withOutputGate(row: TensorRow, shapes: Shapes, width: number, { innerLength, valueHeads }: Recurrent): Shapes {
  const gated: Shapes = row.wholeOutputGate
    ? [...shapes.filter(([name]) => !/^ssm_g_[ab]\./.test(name)), ["ssm_g.weight", [width, innerLength]]]
    : shapes;
  if (!row.plainDecayFactors) return gated;
  return gated.map(([name, shape]): Shapes[number] => [name, name === "ssm_a" ? [valueHeads] : shape]);
}

/** What mixes residual streams before each half of a layer, and spreads its result over them. */
function hyperShapes({ residualStreams: count = 0, embeddingLength: width }: Geometry): Shapes {
  if (count === 0) return [];
  const mixes = count * (count + 2);
  return ["attn", "ffn"].flatMap((half): Shapes => [
    [`hc_${half}_fn`, [count * width, mixes]],
    [`hc_${half}_base`, [mixes]],
    [`hc_${half}_scale`, [3]],
  ]);
}

function streamShapes({ streams }: TensorRow, width: number): Shapes {
  if (!streams) return [];
  const { count, rank } = streams;
  return [
    ["altup_correct_coef", [count, count]],
    ["altup_correct_scale", [width]],
    ["altup_predict_coef", [count, count * count]],
    ["altup_router", [width, count]],
    ["altup_router_norm", [width]],
    ["laurel_l", [width, rank]],
    ["laurel_r", [rank, width]],
    ["laurel_post_norm", [width]],
  ];
}

function expertShapes(row: TensorRow, width: number, feedForward: FeedForward): Shapes {
  if (feedForward.kind !== "experts") return [];
  const shapes: Shapes = (row.expertNorms ?? []).map((name) => [`${name}.weight`, [width]]);
  // models before the third DeepSeek choose without one
  if (row.expertBias && feedForward.gating !== "softmax") {
    shapes.push([row.expertBias === "bare" ? "exp_probs_b" : "exp_probs_b.bias", [feedForward.experts]]);
  }
  if (row.expertScales) {
    shapes.push(["ffn_gate_inp.scale", [width]], ["ffn_down_exps.scale", [feedForward.experts]]);
  }
  return shapes;
}
