import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LoadoutError } from "../../errors/index.ts";
import type { Attention, Geometry } from "../geometry.ts";
import { dimensionsFromConfig, geometryFromConfig, parseConfig } from "./index.ts";
import { PUBLISHED } from "./testing/published.ts";
import { RECALLED_LATE } from "./testing/recalled-late.ts";

const LLAMA = {
  model_type: "llama",
  hidden_size: 2048,
  intermediate_size: 8192,
  num_hidden_layers: 4,
  num_attention_heads: 32,
  max_position_embeddings: 8192,
  vocab_size: 32_000,
};
const GPT_OSS = PUBLISHED["openai/gpt-oss-20b"]!;

function refusal(task: () => unknown): LoadoutError {
  try {
    task();
  } catch (error) {
    if (error instanceof LoadoutError) return error;
    throw error;
  }
  throw new Error("it was read");
}

const said = (config: unknown) => refusal(() => geometryFromConfig(config)).message;

/** Spans of the attention layers, a letter each: f, s, c; - for other layers. */
function spans({ layers }: Geometry): string {
  return layers.map(({ mixer }) => (mixer.kind === "attention" ? mixer.span.slice(0, 1) : "-")).join("");
}

const attentionOf = (geometry: Geometry, layer = 0) => geometry.layers[layer]!.mixer as Attention;

describe("what is absent", () => {
  it("is filled in as the publisher's own code does", () => {
    expect(attentionOf(geometryFromConfig(LLAMA))).toMatchObject({ heads: 32, kvHeads: 32, keyLength: 64 });
    expect(geometryFromConfig(LLAMA).tiedEmbeddings).toBe(false);
    const gemma = geometryFromConfig({ ...LLAMA, model_type: "gemma", num_key_value_heads: 1 });
    expect(gemma.tiedEmbeddings).toBe(true);
    expect(attentionOf(gemma).keyLength).toBe(256);
  });

  it("is null or auto as well", () => {
    const geometry = geometryFromConfig({ ...LLAMA, head_dim: null, num_key_value_heads: null, sliding_window: null });
    expect(attentionOf(geometry)).toEqual(attentionOf(geometryFromConfig(LLAMA)));
  });

  it.each(["hidden_size", "num_hidden_layers", "num_attention_heads", "max_position_embeddings", "vocab_size"])(
    "is an error that names %s",
    (key) => {
      const { [key as keyof typeof LLAMA]: _, ...rest } = LLAMA;
      const error = refusal(() => geometryFromConfig(rest));
      expect(error.code).toBe("config-key-missing");
      expect(error.message).toContain(`config.json: expected key "${key}"`);
      expect(error.message).toContain('model type "llama"');
    },
  );

  it("is an error where the whole type is", () => {
    const { model_type: _, ...rest } = LLAMA;
    expect(said(rest)).toContain('expected key "model_type", got none');
  });

  it("names what only a part of the models has", () => {
    const { num_experts_per_tok: _, ...mixtral } = PUBLISHED["mistralai/Mixtral-8x7B-Instruct-v0.1"] as Record<
      string,
      unknown
    >;
    expect(said(mixtral)).toContain('expected key "num_experts_per_tok" or "num_experts_per_token"');
    const {
      qk_rope_head_dim: _q,
      v_head_dim: _v,
      ...kimi
    } = RECALLED_LATE["moonshotai/Kimi-Linear-48B-A3B-Instruct"] as Record<string, unknown>;
    expect(said({ ...kimi, qk_rope_head_dim: 64 })).toContain('expected key "v_head_dim"');
    expect(said({ ...kimi, linear_attn_config: { full_attn_layers: [4], num_heads: 32 } })).toContain(
      "linear_attn_config.",
    );
  });
});

describe("what is wrong", () => {
  it.each([
    [{ num_hidden_layers: "32" }, 'key "num_hidden_layers": expected a whole number of at most 2147483647, got "32"'],
    [{ num_hidden_layers: 0 }, "expected 1 to 512, got 0"],
    [{ num_hidden_layers: 100_000 }, "expected 1 to 512, got 100000"],
    [{ hidden_size: -4096 }, "got -4096"],
    [{ hidden_size: 4096.5 }, "got 4096.5"],
    [{ hidden_size: 1e18 }, "got 1000000000000000000"],
    [{ hidden_size: {} }, "got an object"],
    [{ hidden_size: true }, "got true"],
    [{ num_attention_heads: 0 }, "expected at least 1, got 0"],
    [{ num_key_value_heads: 3 }, "expected a divisor of 32 heads, got 3"],
    [{ num_key_value_heads: [8, 8, 4, 8] }, "expected one number, the same for every layer, got 8, 8, 4, 8"],
    [{ num_key_value_heads: Array.from({ length: 5000 }, () => 8) }, "expected a list of at most 1024, got 5000"],
    [{ vocab_size: 0 }, "expected at least 1, got 0"],
    [{ layer_types: ["full_attention"] }, "expected 4 words, one a layer, got 1"],
    [{ layer_types: ["attention", 3, "attention", "attention"] }, "expected words, got 3 among them"],
    [{ layer_types: ["attention", "flying", "attention", "attention"] }, 'got "flying"'],
    [{ num_nextn_predict_layers: 2 ** 31 - 1 }, "expected at most 508, got 2147483647"],
    [{ num_kv_shared_layers: 4 }, "expected fewer than 4 layers, got 4"],
    [{ num_experts: 8, num_experts_per_tok: 9 }, "expected at most 8, got 9"],
    [{ layer_types: ["mamba", "mamba", "mamba", "attention"] }, "layers without recurrence, or one of"],
  ])("%j", (change, expected) => {
    const error = refusal(() => geometryFromConfig({ ...LLAMA, ...change }, { file: "there/config.json" }));
    expect(error.code).toBe("config-key");
    expect(error.message).toContain("there/config.json: key ");
    expect(error.message).toContain(expected);
  });

  it.each([null, undefined, 3, "llama", [LLAMA], true])("%j is no configuration", (config) => {
    expect(refusal(() => geometryFromConfig(config)).code).toBe("config-not-a-model");
  });

  it.each([
    ["compressed attention", { compress_ratios: [0, 4] }],
    ["layers of differing parts", { block_configs: [{}] }],
    ["an encoder and a decoder", { is_encoder_decoder: true }],
    ["recurrent layers and layers with windows", mixed()],
  ])("%s is said to be beyond", (what, change) => {
    const error = refusal(() => geometryFromConfig({ ...LLAMA, ...change }));
    expect(error.code).toBe("config-beyond");
    expect(error.message).toContain(what);
  });

  it("never ends in another error, whatever is changed", () => {
    const configs = [...Object.values(PUBLISHED), ...Object.values(RECALLED_LATE)];
    const values = fc.oneof(fc.constantFrom(null, "", 0, 1, -1, 1e30, [], {}, true, "auto", [[]], NaN), fc.jsonValue());
    fc.assert(
      fc.property(fc.constantFrom(...configs), fc.nat(40), values, fc.boolean(), (config, index, value, inner) => {
        const text = (config as Record<string, unknown>)["text_config"];
        const target = inner && typeof text === "object" ? text : config;
        const keys = Object.keys(target as object);
        const changed = { ...target, [keys[index % keys.length]!]: value };
        try {
          const { layers } = geometryFromConfig(target === config ? changed : { ...config, text_config: changed });
          expect(layers.length).toBeGreaterThan(0);
        } catch (error) {
          if (!(error instanceof LoadoutError)) throw error;
        }
      }),
      { numRuns: 1500 },
    );
  });
});

function mixed() {
  const layer_types = ["linear_attention", "sliding_attention", "full_attention", "full_attention"];
  return { model_type: "next", layer_types, sliding_window: 512, linear_num_value_heads: 8 };
}

describe("windows", () => {
  it("are those listed, else the architecture's own, and none where the engine reads none", () => {
    expect(spans(geometryFromConfig(GPT_OSS)).slice(0, 4)).toBe("sfsf");
    const { layer_types: _, ...silent } = GPT_OSS as Record<string, unknown>;
    expect(spans(geometryFromConfig(silent)).slice(0, 4)).toBe("sfsf");
    const turned = {
      ...GPT_OSS,
      layer_types: Array.from({ length: 24 }, (_word, layer) => (layer % 3 ? "full_attention" : "sliding_attention")),
    };
    expect(spans(geometryFromConfig(turned)).slice(0, 6)).toBe("sffsff");
    expect(spans(geometryFromConfig({ ...LLAMA, sliding_window: 4096 }))).toBe("ffff");
    expect(spans(geometryFromConfig({ ...GPT_OSS, use_sliding_window: false }))).not.toContain("s");
  });

  it("of a type that nobody has listed are read by the usual keys", () => {
    const layer_types = ["sliding_attention", "sliding_attention", "sliding_attention", "full_attention"];
    const geometry = geometryFromConfig({ ...LLAMA, model_type: "next_year", layer_types, sliding_window: 1024 });
    expect(geometry.architecture).toBe("next_year");
    expect(spans(geometry)).toBe("sssf");
    expect(attentionOf(geometry).window).toBe(1024);
  });
});

describe("dialects of the same thing", () => {
  const hybrid = {
    ...LLAMA,
    model_type: "next",
    linear_num_value_heads: 8,
    linear_num_key_heads: 4,
    linear_value_head_dim: 64,
    linear_key_head_dim: 32,
    linear_conv_kernel_dim: 4,
  };
  it.each([
    [{ layer_types: ["linear_attention", "linear_attention", "linear_attention", "full_attention"] }],
    [{ layers_block_type: ["mamba", "mamba", "mamba", "attention"] }],
    [{ full_attention_interval: 4 }],
    [{ attn_layer_period: 4, attn_layer_offset: 3 }],
    [{ attn_layer_indices: [3] }],
    [{ full_attn_idxs: [3] }],
    [{ layer_group_size: 4 }],
    [{ attn_type_list: [0, 0, 0, 1] }],
  ])("recurrent layers: %j", (change) => {
    const geometry = geometryFromConfig({ ...hybrid, ...change });
    expect(geometry.layers.map(({ mixer }) => mixer.kind)).toEqual([
      "recurrent",
      "recurrent",
      "recurrent",
      "attention",
    ]);
    expect(geometry.layers[0]!.mixer).toMatchObject({
      family: "gated-delta-net",
      innerLength: 512,
      stateLength: 32,
      groups: 4,
    });
  });

  const experts = { ...LLAMA, model_type: "next", num_experts: 8, num_experts_per_tok: 2, moe_intermediate_size: 64 };
  it.each([
    [{ first_k_dense_replace: 1 }, "deee"],
    [{ num_dense_layers: 2 }, "ddee"],
    [{ mlp_layer_types: ["dense", "sparse", "dense", "sparse"] }, "dede"],
    [{ moe_layer_freq: [0, 1, 1, 1] }, "deee"],
    [{ first_k_dense_replace: 1, moe_layer_freq: 2 }, "dded"],
    [{ decoder_sparse_step: 2 }, "dede"],
    [{ mlp_only_layers: [2] }, "eede"],
    [{ moe_layer_start_index: 1, moe_layer_end_index: 2 }, "deed"],
    [{ moe_layer_start_index: 1, moe_layer_end_index: -1, moe_layer_interval: 1 }, "deee"],
    [{ expert_layer_period: 2, expert_layer_offset: 0 }, "eded"],
    [{ interleave_moe_layer_step: 2 }, "dede"],
    [{ moe_layers: [3] }, "ddde"],
    [{ moe_layers_enum: "1,2" }, "deed"],
    [{}, "eeee"],
    [{ num_experts: 1 }, "dddd"],
  ])("layers with experts: %j", (change, expected) => {
    const { layers } = geometryFromConfig({ ...experts, ...change });
    expect(layers.map(({ feedForward }) => feedForward.kind.slice(0, 1)).join("")).toBe(expected);
  });

  it.each([
    [{ n_shared_experts: 2 }, 128],
    [{ shared_expert_intermediate_size: 100 }, 100],
    [{ n_shared_experts: 0, shared_intermediate_size: 100 }, 0],
    [{ num_shared_experts: 1, moe_shared_expert_intermediate_size: 100 }, 100],
    [{}, 0],
  ])("shared experts: %j", (change, sharedLength) => {
    expect(geometryFromConfig({ ...experts, ...change }).layers[0]!.feedForward).toMatchObject({ sharedLength });
  });
});

it("reads models within models, however they are called", () => {
  const plain = geometryFromConfig(LLAMA);
  for (const key of ["text_config", "llm_config", "language_config"]) {
    expect(geometryFromConfig({ model_type: "llava", [key]: LLAMA })).toEqual(plain);
  }
  const deep = { model_type: "omni", thinker_config: { model_type: "omni_thinker", text_config: LLAMA } };
  expect(geometryFromConfig(deep)).toEqual(plain);
  expect(
    geometryFromConfig({ model_type: "llava", tie_word_embeddings: true, text_config: LLAMA }).tiedEmbeddings,
  ).toBe(true);
});

it("fills in what models within models leave out, but not what they deny", () => {
  // LLaVA 1.5 and Pixtral, as published
  const llava = {
    model_type: "llava",
    text_config: { model_type: "llama", max_position_embeddings: 4096, vocab_size: 32_064 },
  };
  expect(dimensionsFromConfig(llava)).toMatchObject({
    layers: 32,
    width: 4096,
    heads: 32,
    kvHeads: 32,
    feedForward: 11_008,
  });
  const pixtral = {
    model_type: "mistral",
    hidden_size: 5120,
    head_dim: 128,
    num_hidden_layers: 40,
    vocab_size: 131_072,
  };
  expect(dimensionsFromConfig({ model_type: "llava", text_config: pixtral })).toMatchObject({
    heads: 32,
    kvHeads: 8,
    keyLength: 128,
    feedForward: 14_336,
  });
  const qwen = { ...LLAMA, model_type: "qwen3", num_key_value_heads: null, head_dim: null };
  expect(dimensionsFromConfig({ text_config: qwen })).toMatchObject({ kvHeads: 32, keyLength: 64 });
  expect(said({ model_type: "llama" })).toContain('expected key "num_hidden_layers"');
});

it("knows state space models without attention, and pads their vocabularies", () => {
  const mamba = {
    model_type: "mamba",
    hidden_size: 768,
    num_hidden_layers: 24,
    state_size: 16,
    conv_kernel: 4,
    expand: 2,
    intermediate_size: 1536,
    time_step_rank: 48,
    vocab_size: 50_277,
  };
  const geometry = geometryFromConfig(mamba);
  expect(geometry).toMatchObject({ architecture: "mamba", vocabularySize: 50_280, tiedEmbeddings: true });
  expect(geometry.layers[0]).toEqual({
    kind: "trunk",
    mixer: {
      kind: "recurrent",
      family: "mamba",
      convolutionState: 3 * 1536,
      recurrentState: 16 * 1536,
      convolutionKernel: 4,
      innerLength: 1536,
      stateLength: 16,
      groups: 0,
      valueHeads: 48,
    },
    feedForward: { kind: "none" },
  });
});

it("appends blocks for multi-token prediction when they are asked for", () => {
  const config = PUBLISHED["deepseek-ai/DeepSeek-V3"]!;
  expect(geometryFromConfig(config).layers).toHaveLength(61);
  const { layers } = geometryFromConfig(config, { mtp: true });
  expect(layers).toHaveLength(62);
  expect(layers[61]).toMatchObject({ kind: "mtp", mixer: { kind: "mla" }, feedForward: { kind: "experts" } });
});

it("keeps how experts are chosen as far as a converted file would say it", () => {
  const gating = (id: string) => geometryFromConfig(PUBLISHED[id]).layers.at(-1)!.feedForward;
  expect(gating("deepseek-ai/DeepSeek-V3")).toMatchObject({
    gating: "sigmoid",
    normalized: true,
    scaled: true,
    expertGroups: 8,
    expertGroupsUsed: 4,
  });
  expect(gating("Qwen/Qwen3-30B-A3B")).not.toHaveProperty("normalized");
});

it("gives the terms of a catalog row", () => {
  expect(dimensionsFromConfig(PUBLISHED["google/gemma-4-31B-it"])).toMatchObject({
    architecture: "gemma4",
    layers: 60,
    heads: 32,
    kvHeads: 4,
    keyLength: 512,
    window: { length: 1024, kvHeads: 16, keyLength: 256 },
    tied: true,
  });
});

it("parses what Python writes, and refuses what nobody does", () => {
  const text = '{"model_type":"a \\"Infinity\\" NaN","limit":[0.0,Infinity,-Infinity],"x":NaN}';
  expect(parseConfig(text)).toEqual({ model_type: 'a "Infinity" NaN', limit: [0, null, null], x: null });
  for (const bad of ["", "{", "<html>", "{'a': 1}"]) {
    expect(refusal(() => parseConfig(bad)).code).toBe("config-not-a-model");
  }
  expect(refusal(() => parseConfig(" ".repeat(2 ** 22 + 1))).message).toContain("4194305 characters");
});
