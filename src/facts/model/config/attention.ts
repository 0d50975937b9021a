import type { ArchitectureFacts } from "../architectures.ts";
import type { Dimensions } from "../catalog/row.ts";
import type { ConfigValues } from "./config-values.ts";
import type { LayerKind } from "./layer-kinds.ts";
import type { ModelType } from "./model-types.ts";

type Heads = Pick<Dimensions, "heads" | "kvHeads" | "keyLength" | "valueLength">;

const KV_HEADS = ["num_key_value_heads", "num_attention_groups", "multi_query_group_num", "num_kv_heads"];
const HEADS = ["num_attention_heads", "n_head", "num_heads"];

/** Heads of layers that see everything. */
export function headsOf(values: ConfigValues, type: ModelType | undefined, width: number): Heads {
  const heads = values.required(...HEADS);
  const kvHeads = values.count(...KV_HEADS) ?? heads;
  if (kvHeads < 1 || heads % kvHeads !== 0)
    throw values.wrong("num_key_value_heads", `a divisor of ${heads} heads`, kvHeads);
  const latent = values.count("qk_rope_head_dim");
  if (latent !== undefined && values.has("kv_lora_rank")) {
    const keyLength = values.required("qk_nope_head_dim") + latent;
    return { heads, kvHeads, keyLength, valueLength: values.count("v_head_dim") ?? Math.floor(width / heads) };
  }
  const own = values.count("head_dim", "attention_head_dim", "kv_channels") ?? Math.floor(width / heads);
  if (type?.globalLengths) {
    const keyLength = values.required("global_head_dim");
    // only models that use keys as values have other heads there
    const shared = values.flag("attention_k_eq_v") ? values.count("num_global_key_value_heads") : undefined;
    return { heads, kvHeads: shared ?? kvHeads, keyLength, valueLength: keyLength };
  }
  if (own < 1) throw values.wrong("head_dim", "at least 1", own);
  return { heads, kvHeads, keyLength: own, valueLength: values.count("v_head_dim") ?? own };
}

/** Latent attention, `undefined` for any other. */
export function latentOf(values: ConfigValues, type: ModelType | undefined): Dimensions["mla"] {
  if (type?.wholeCache || !values.has("kv_lora_rank") || !values.has("qk_rope_head_dim")) return undefined;
  const query = values.count("q_lora_rank") ?? 0;
  const indexer = values.count("index_head_dim") ?? 0;
  const pool = values.count("index_kpool") ?? 0;
  return {
    ...(query > 0 && { query }),
    latent: values.required("kv_lora_rank"),
    plain: values.required("qk_nope_head_dim"),
    // none at all in models without positions
    rope: values.count("qk_rope_head_dim") ?? 0,
    value: values.required("v_head_dim"),
    ...(indexer > 0 && {
      indexer: {
        heads: values.required("index_n_heads"),
        length: indexer,
        picks: values.required("index_topk"),
        layers: values.required("num_hidden_layers"),
        ...(pool > 0 && { pool }),
      },
    }),
  };
}

/** What picks blocks of tokens for attention (MiniMax M3). */
export function blocksOf(values: ConfigValues): Dimensions["blocks"] {
  const part = values.nested("sparse_attention_config");
  return (
    part && {
      heads: part.required("sparse_num_index_heads"),
      length: part.required("sparse_index_dim"),
      picks: part.required("sparse_topk_blocks"),
      size: part.required("sparse_block_size"),
    }
  );
}

/** Heads of window layers, by the keys of whoever makes them differ. */
function windowHeads(values: ConfigValues, type: ModelType | undefined, kinds: readonly LayerKind[]): Partial<Heads> {
  if (type?.globalLengths) {
    const length = values.required("head_dim");
    return { kvHeads: values.required(...KV_HEADS), keyLength: length, valueLength: length };
  }
  const other = values.nested("attention_other_setting");
  if (other) {
    const length = other.count("head_dim");
    return present({
      heads: other.count("num_attention_heads"),
      kvHeads: other.count("num_attention_groups"),
      keyLength: length,
      valueLength: length,
    });
  }
  return present({
    heads:
      values.list("num_attention_heads_per_layer")?.[kinds.indexOf("windowed")] ??
      values.count("swa_num_attention_heads"),
    kvHeads: values.count("swa_num_key_value_heads"),
    keyLength: values.count("swa_head_dim"),
    valueLength: values.count("swa_v_head_dim") ?? values.count("swa_head_dim"),
  });
}

function present(heads: { readonly [Key in keyof Heads]: number | undefined }): Partial<Heads> {
  return Object.fromEntries(Object.entries(heads).filter(([, value]) => value !== undefined));
}

/** The window, `undefined` where no layer has one. */
export function windowOf(
  values: ConfigValues,
  type: ModelType | undefined,
  facts: ArchitectureFacts["window"],
  kinds: readonly LayerKind[],
): Dimensions["window"] {
  if (!kinds.includes("windowed")) return undefined;
  return {
    length: windowLength(values, facts) ?? values.required("sliding_window"),
    ...(type === undefined && { span: "sliding" as const }),
    ...windowHeads(values, type, kinds),
  };
}

/** Tokens of the window, `undefined` or 0 where there is none. */
export function windowLength(values: ConfigValues, facts: ArchitectureFacts["window"]): number | undefined {
  if (values.flag("use_sliding_window") === false) return undefined;
  const own = facts?.span === "chunked" ? values.count("attention_chunk_size") : undefined;
  return own ?? values.count("sliding_window", "sliding_window_size") ?? elseLength(facts);
}

function elseLength(facts: ArchitectureFacts["window"]): number | undefined {
  if (!facts?.length || facts.onlyWithKey) return undefined;
  return "else" in facts.length ? facts.length.else : facts.length.always;
}
