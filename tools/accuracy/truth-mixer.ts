import type { Attention, Mixer } from "../../src/facts/model/index.ts";
import type { Fields } from "./fields.ts";

/** How a layer of a truth row's model mixes tokens. */
export function truthMixer(model: Fields, layer: number, ropelessEvery: number | undefined): Mixer {
  if (model.flag("mla")) {
    return {
      kind: "mla",
      heads: model.number("n_head"),
      latentLength: model.number("kv_lora_rank"),
      ropeLength: model.number("rope_dim"),
      keyLength: model.number("head_k"),
      valueLength: model.number("mla_v"),
      queryLatentLength: model.number("q_lora_rank"),
    };
  }
  if (model.numbers("recr_layers")?.includes(layer) === true) return recurrent(model);
  return attention(model, layer, ropelessEvery);
}

function recurrent(model: Fields): Mixer {
  const [kernel, inner] = [model.number("ssm_conv"), model.number("ssm_inner")];
  const [state, groups] = [model.number("ssm_state"), model.number("ssm_group")];
  return {
    kind: "recurrent",
    family: model.text("arch") === "granitehybrid" ? "mamba2" : "gated-delta-net",
    convolutionState: model.number("r_override") || (kernel - 1) * (inner + 2 * groups * state),
    recurrentState: model.number("s_override") || state * inner,
    convolutionKernel: kernel,
    innerLength: inner,
    stateLength: state,
    groups,
    valueHeads: model.number("ssm_dt_rank"),
  };
}

function attention(model: Fields, layer: number, ropelessEvery: number | undefined): Attention {
  const sliding = isSliding(model, layer);
  const keyLength = (sliding && model.number("head_k_swa")) || model.number("head_k");
  const valueLength = (sliding && (model.number("head_v_swa") || model.number("head_k_swa"))) || model.number("head_v");
  const owners = model.number("n_layer_kv_from_start");
  return {
    kind: "attention",
    span: sliding ? "sliding" : "full",
    ...(sliding ? { window: model.number("n_swa") } : {}),
    heads: model.number("n_head"),
    kvHeads: model.numbers("n_head_kv")?.[layer] ?? model.number("n_head_kv"),
    keyLength,
    valueLength: valueLength || keyLength,
    rope: model.flag("rope_swa_only") ? sliding : ropelessEvery === undefined || (layer + 1) % ropelessEvery !== 0,
    ...(owners > 0 && layer >= owners ? { cacheFrom: owners - (sliding ? 2 : 1) } : {}),
  };
}

function isSliding(model: Fields, layer: number): boolean {
  const listed = model.numbers("swa_layers");
  if (listed !== undefined) return listed.includes(layer);
  const period = model.number("swa_period");
  return model.number("n_swa") > 0 && period > 0 && layer % period < period - 1;
}
