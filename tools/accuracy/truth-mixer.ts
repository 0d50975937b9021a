import type { Attention, Mixer, Recurrent } from "../../src/facts/model/index.ts";
import { RowError, type Fields } from "./fields.ts";

/** How a layer of a truth row's model mixes tokens. */
export function truthMixer(model: Fields, layer: number, ropelessEvery: number | undefined): Mixer {
  if (model.flag("mla")) {
    return {
      kind: "mla",
      heads: model.count("n_head"),
      latentLength: model.count("kv_lora_rank"),
      ropeLength: model.count("rope_dim"),
      keyLength: model.count("head_k"),
      valueLength: model.count("mla_v"),
      queryLatentLength: model.count("q_lora_rank"),
    };
  }
  if (model.numbers("recr_layers")?.includes(layer) === true) return recurrent(model);
  return attention(model, layer, ropelessEvery);
}

const FAMILIES: Readonly<Record<string, Recurrent["family"]>> = {
  "falcon-h1": "mamba2",
  granitehybrid: "mamba2",
  "kimi-linear": "kda",
  mamba2: "mamba2",
  nemotron_h: "mamba2",
  nemotron_h_moe: "mamba2",
};

function recurrent(model: Fields): Recurrent {
  const [kernel, inner] = [model.count("ssm_conv"), model.count("ssm_inner")];
  const [state, groups] = [model.count("ssm_state"), model.count("ssm_group")];
  return {
    kind: "recurrent",
    family: FAMILIES[model.text("arch")] ?? "gated-delta-net",
    convolutionState: model.count("r_override") || Math.max(0, kernel - 1) * (inner + 2 * groups * state),
    recurrentState: model.count("s_override") || state * inner,
    convolutionKernel: kernel,
    innerLength: inner,
    stateLength: state,
    groups,
    valueHeads: model.count("ssm_dt_rank"),
  };
}

function attention(model: Fields, layer: number, ropelessEvery: number | undefined): Attention {
  const sliding = isSliding(model, layer);
  const keyLength = (sliding && model.count("head_k_swa")) || model.count("head_k");
  const valueLength = (sliding && (model.count("head_v_swa") || model.count("head_k_swa"))) || model.count("head_v");
  const owners = model.number("n_layer_kv_from_start", -1);
  return {
    kind: "attention",
    span: sliding ? "sliding" : "full",
    ...(sliding ? { window: model.count("n_swa") } : {}),
    heads: byLayer(model, "n_head", layer),
    kvHeads: byLayer(model, "n_head_kv", layer),
    keyLength,
    valueLength: valueLength || keyLength,
    rope: model.flag("rope_swa_only") ? sliding : ropelessEvery === undefined || (layer + 1) % ropelessEvery !== 0,
    ...(owners > 0 && layer >= owners ? { cacheFrom: owners - (sliding ? 2 : 1) } : {}),
  };
}

/** A figure for all layers, or a list of one a layer; blocks behind the last layer are as that one. */
function byLayer(model: Fields, key: string, layer: number): number {
  const list = model.numbers(key);
  if (list === undefined) return model.count(key);
  const value = list[Math.min(layer, model.count("n_layer") - 1)];
  if (value === undefined) throw new RowError(`${key} has fewer figures than the model has layers`);
  return value;
}

function isSliding(model: Fields, layer: number): boolean {
  const listed = model.numbers("swa_layers");
  if (listed !== undefined) return listed.includes(layer);
  const period = model.count("swa_period");
  return model.count("n_swa") > 0 && period > 0 && layer < model.count("n_layer") && layer % period < period - 1;
}
