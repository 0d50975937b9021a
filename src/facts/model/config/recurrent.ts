import type { Dimensions } from "../catalog/row.ts";
import type { ConfigValues } from "./config-values.ts";

type Linear = NonNullable<Dimensions["linear"]>;
type Reader = (values: ConfigValues, width: number) => Omit<Linear, "parallel">;

/** How configurations write the recurrent part down, by a key that only this way has; the first that is there counts. */
const DIALECTS: readonly (readonly [key: string, read: Reader])[] = [
  ["linear_attn_config", (values) => kimiDelta(values.nested("linear_attn_config") ?? values)],
  ["linear_num_heads", kimiDeltaFlat],
  ["linear_num_value_heads", deltaNet],
  ["conv_L_cache", (values) => ({ kind: "convolution", kernel: values.required("conv_L_cache") })],
  ["mamba_num_heads", nemotron],
  ["mamba_n_heads", granite],
  ["mamba_d_state", jamba],
  ["num_heads", mamba2],
  ["state_size", mamba],
  ["attn_type_list", lightning],
];

/** Sizes of the recurrent layers. */
export function recurrentPart(values: ConfigValues, width: number): Omit<Linear, "parallel"> {
  const dialect = DIALECTS.find(([key]) => values.has(key));
  if (dialect) return dialect[1](values, width);
  throw values.wrong(
    "layer_types",
    `layers without recurrence, or one of ${DIALECTS.map(([key]) => key).join(", ")}`,
    "neither",
  );
}

/** Qwen3-Next, Qwen3.5: keys are shared by groups of value heads. */
function deltaNet(values: ConfigValues): Linear {
  const heads = values.required("linear_num_value_heads");
  return {
    kind: "gated-delta-net",
    kernel: values.required("linear_conv_kernel_dim"),
    inner: heads * values.required("linear_value_head_dim"),
    state: values.required("linear_key_head_dim"),
    groups: values.required("linear_num_key_heads"),
    heads,
  };
}

function kimiDelta(part: ConfigValues): Linear {
  return kda(part.required("num_heads"), part.required("head_dim"), part.required("short_conv_kernel_size"));
}

function kimiDeltaFlat(values: ConfigValues): Linear {
  const head = values.required("linear_head_dim");
  return kda(values.required("linear_num_heads"), head, values.required("linear_conv_kernel_dim"));
}

function kda(heads: number, state: number, kernel: number): Linear {
  return { kind: "kda", kernel, inner: heads * state, state, heads };
}

function nemotron(values: ConfigValues): Linear {
  const heads = values.required("mamba_num_heads");
  return {
    kind: "mamba2",
    kernel: values.required("conv_kernel"),
    inner: heads * values.required("mamba_head_dim"),
    state: values.required("ssm_state_size"),
    groups: values.required("n_groups"),
    heads,
  };
}

/** Granite 4, Bamba, Falcon-H1: the inner length is said, or a multiple of the width. */
function granite(values: ConfigValues, width: number): Linear {
  return {
    kind: "mamba2",
    kernel: values.required("mamba_d_conv"),
    inner: values.count("mamba_d_ssm") ?? values.required("mamba_expand") * width,
    state: values.required("mamba_d_state"),
    groups: values.count("mamba_n_groups") ?? 1,
    heads: values.required("mamba_n_heads"),
  };
}

/** The first Mamba has no heads: the rank of the time step stands for them, a sixteenth of the width unless said. */
function jamba(values: ConfigValues, width: number): Linear {
  return {
    kind: "mamba",
    kernel: values.required("mamba_d_conv"),
    inner: values.required("mamba_expand") * width,
    state: values.required("mamba_d_state"),
    heads: values.count("mamba_dt_rank") ?? Math.ceil(width / 16),
  };
}

function mamba(values: ConfigValues, width: number): Linear {
  return {
    kind: "mamba",
    kernel: values.required("conv_kernel", "d_conv"),
    inner: values.count("intermediate_size", "d_inner") ?? (values.count("expand") ?? 2) * width,
    state: values.required("state_size", "d_state"),
    heads: values.count("time_step_rank", "dt_rank") ?? Math.ceil(width / 16),
  };
}

function mamba2(values: ConfigValues): Linear {
  const heads = values.required("num_heads");
  return {
    kind: "mamba2",
    kernel: values.required("conv_kernel", "d_conv"),
    inner: heads * values.required("head_dim"),
    state: values.required("state_size", "d_state"),
    groups: values.count("n_groups") ?? 1,
    heads,
  };
}

function lightning(values: ConfigValues): Linear {
  const heads = values.required("num_attention_heads");
  const state = values.required("head_dim");
  return { kind: "lightning", inner: heads * state, state, heads };
}
