import type { Dimensions } from "../catalog/row.ts";
import type { ConfigValues } from "./config-values.ts";
import type { ModelType } from "./model-types.ts";

const LENGTH = [
  "dense_intermediate_size",
  "block_ff_dim",
  "intermediate_size",
  "ffn_hidden_size",
  "ffn_dim",
  "n_inner",
];

/** Length of dense layers, or two: of layers with caches of their own and of those without (Gemma 4 edge models). */
export function denseLengths(
  values: ConfigValues,
  type: ModelType | undefined,
  architecture: string,
  needed: boolean,
): Dimensions["feedForward"] {
  const keys = [...(type?.denseLength === undefined ? [] : [type.denseLength]), ...LENGTH];
  const length = needed ? values.required(...keys) : values.count(...keys);
  if (length === undefined) return undefined;
  if (values.flag("use_double_wide_mlp")) return [length, 2 * length];
  return architecture === "lfm2" ? adjusted(values, length) : length;
}

/**
 * LFM2 gives the length before it is adjusted: two thirds, times a factor, up to a whole multiple.
 * Source: `_add_feed_forward_length` in `conversion/lfm2.py` of llama.cpp b11434.
 */
function adjusted(values: ConfigValues, length: number): number {
  if (values.flag("block_auto_adjust_ff_dim") === false) return length;
  const multiple = Math.max(1, values.count("block_multiple_of") ?? 256);
  const factor = values.number("block_ffn_dim_multiplier") ?? 1;
  return multiple * Math.ceil(Math.floor(factor * Math.floor((2 * length) / 3)) / multiple);
}
