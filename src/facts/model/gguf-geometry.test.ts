import { describe, expect, test } from "vitest";
import { LoadoutError } from "../errors/index.ts";
import { type DraftValue, type GgufFile, GgufMetadata, memorySource, readGguf, writeGguf } from "../weights/index.ts";
import { type Geometry, geometryFromGguf, type Layer, parameterCount, summaryOf } from "./index.ts";

type Value = number | string | boolean | readonly number[];
type Shapes = Record<string, readonly number[]>;

/** A file of one architecture: keys without their prefix, tensors of each layer, all F32. */
async function fileOf(architecture: string, keys: Record<string, Value>, layers: readonly Shapes[]): Promise<GgufFile> {
  const all = { block_count: layers.length, context_length: 4096, embedding_length: 64, ...keys };
  const metadata: [string, DraftValue][] = [
    ["general.architecture", { type: "string", value: architecture }],
    ["tokenizer.ggml.tokens", { type: "array", of: "string", values: ["a", "b", "c"] }],
    ...Object.entries(all).map(([key, value]): [string, DraftValue] => [`${architecture}.${key}`, draftValue(value)]),
  ];
  const named = layers.flatMap((shapes, layer) =>
    Object.entries(shapes).map(([name, shape]) => [`blk.${layer}.${name}.weight`, shape] as const),
  );
  const tensors = [["token_embd.weight", [64, 3]] as const, ...named].map(([name, shape]) => ({
    name,
    shape,
    type: "F32",
  }));
  const { header, fileBytes } = writeGguf({ metadata, tensors });
  return readGguf({ ...memorySource(header, "m.gguf"), size: fileBytes });
}

function draftValue(value: Value): DraftValue {
  if (typeof value === "string") return { type: "string", value };
  if (typeof value === "boolean") return { type: "bool", value };
  if (typeof value === "number") return { type: "u32", value };
  return { type: "array", of: "u32", values: value };
}

async function layersOf(
  architecture: string,
  keys: Record<string, Value>,
  layers: readonly Shapes[],
): Promise<readonly Layer[]> {
  return geometryFromGguf(await fileOf(architecture, keys, layers)).layers;
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
const HEADS = { "attention.head_count": 4, "attention.head_count_kv": 2 };
const ATTENTION = { attn_q: [64, 64], attn_k: [64, 32], attn_v: [64, 32], attn_output: [64, 64] };
const DENSE = { ffn_gate: [64, 128], ffn_up: [64, 128], ffn_down: [128, 64] };
const PLAIN = { ...ATTENTION, ...DENSE };

/** "s" for a layer with a window, "." for a full one, then "-" where it has no position encoding. */
function drawn(layers: readonly Layer[]): string {
  return layers
    .map(({ mixer }) =>
      mixer.kind === "attention"
        ? (mixer.span === "full" ? "." : mixer.span[0]) + (mixer.rope === false ? "-" : "")
        : "?",
    )
    .join("");
}

test("a plain model: heads, lengths from the width, gated feed-forward, tied embeddings", async () => {
  const file = await fileOf("llama", HEADS, times(2, PLAIN));
  const layer: Layer = {
    kind: "trunk",
    mixer: { kind: "attention", span: "full", heads: 4, kvHeads: 2, keyLength: 16, valueLength: 16 },
    feedForward: { kind: "dense", length: 128, gated: true },
  };
  expect(geometryFromGguf(file)).toEqual({
    architecture: "llama",
    embeddingLength: 64,
    vocabularySize: 3,
    contextLength: 4096,
    tiedEmbeddings: true,
    layers: [layer, layer],
  } satisfies Geometry);
  expect(parameterCount(file.tensors)).toBe(192 + 2 * (2 * 4096 + 2 * 2048 + 3 * 8192));
  expect(summaryOf(file)).toMatchObject({
    quantization: "F32",
    bitsPerWeight: 32,
    contextLength: 4096,
    hasChatTemplate: false,
  });
});

describe("windows: the architecture's period, the file's pattern, and layers without position encoding", () => {
  const window = { ...HEADS, "attention.sliding_window": 1024 };
  test.each([
    ["gemma3", window, 12, "sssss.sssss."],
    ["gemma3", HEADS, 3, "..."],
    ["gemma3", { ...window, "attention.sliding_window_pattern": 3 }, 6, "ss.ss."],
    ["gemma3", { ...window, "attention.sliding_window_pattern": [0, 1, 1, 0] }, 4, ".ss."],
    ["gemma2", HEADS, 4, "s.s."],
    ["gpt-oss", window, 4, "s.s."],
    ["cohere2", window, 8, "sss.-sss.-"],
    ["cohere2moe", window, 5, ".-sss.-"],
    ["llama4", HEADS, 8, "ccc.-ccc.-"],
    ["llama4", { ...HEADS, "attention.sliding_window": 0 }, 5, "....."],
    ["exaone4", HEADS, 4, "...."],
    ["smollm3", HEADS, 8, "....-....-"],
    ["llama", window, 2, ".."],
    ["phi3", window, 2, ".."],
  ] as const)("%s %j", async (architecture, keys, count, expected) => {
    expect(drawn(await layersOf(architecture, keys, times(count, PLAIN)))).toBe(expected);
  });
});

test("window layers may have heads of their own length, and late layers read an earlier one's cache (Gemma 4)", async () => {
  const small = { attn_q: [64, 64], attn_k: [64, 16], attn_v: [64, 16], ...DENSE };
  const large = { attn_q: [64, 128], attn_k: [64, 32], attn_v: [64, 32], ...DENSE };
  const layers = await layersOf(
    "gemma4",
    {
      "attention.head_count": 4,
      "attention.head_count_kv": 1,
      "attention.key_length": 32,
      "attention.value_length": 32,
      "attention.key_length_swa": 16,
      "attention.value_length_swa": 16,
      "attention.sliding_window": 512,
      "attention.sliding_window_pattern": [1, 0, 1, 0, 1, 0],
      "attention.shared_kv_layers": 2,
    },
    [small, large, small, large, small, large],
  );
  expect(layers.map(({ mixer }) => mixer.kind === "attention" && [mixer.keyLength, mixer.cacheFrom])).toEqual([
    [16, undefined],
    [32, undefined],
    [16, undefined],
    [32, undefined],
    [16, 2],
    [32, 3],
  ]);
});

test("latent attention, leading dense layers, experts with a shared one, an appended block (DeepSeek)", async () => {
  const latent = { attn_q_a: [64, 24], attn_kv_a_mqa: [64, 40], attn_k_b: [16, 32, 4], attn_v_b: [32, 16, 4] };
  const experts = {
    ffn_gate_inp: [64, 8],
    ffn_up_exps: [64, 48, 8],
    ffn_down_exps: [48, 64, 8],
    ffn_down_shexp: [96, 64],
  };
  const keys = {
    "attention.head_count": 4,
    "attention.head_count_kv": 1,
    "attention.key_length": 40,
    "attention.value_length": 32,
    "attention.key_length_mla": 24,
    "attention.value_length_mla": 16,
    "attention.kv_lora_rank": 32,
    "attention.q_lora_rank": 24,
    "rope.dimension_count": 8,
    feed_forward_length: 128,
    expert_count: 8,
    expert_used_count: 2,
    expert_group_count: 4,
    expert_group_used_count: 2,
    expert_gating_func: 2,
    expert_weights_scale: 3,
    nextn_predict_layers: 1,
  };
  const layers = await layersOf("deepseek2", keys, [
    { ...latent, ...DENSE },
    { ...latent, ...experts },
    { ...latent, ...experts },
  ]);
  expect(layers[0]).toEqual({
    kind: "trunk",
    mixer: {
      kind: "mla",
      heads: 4,
      latentLength: 32,
      ropeLength: 8,
      keyLength: 24,
      valueLength: 16,
      queryLatentLength: 24,
    },
    feedForward: { kind: "dense", length: 128, gated: true },
  });
  expect(layers[2]).toMatchObject({
    kind: "mtp",
    feedForward: {
      kind: "experts",
      experts: 8,
      expertsUsed: 2,
      expertLength: 48,
      sharedLength: 96,
      denseSideLength: 0,
      gating: "sigmoid",
      scaled: true,
      expertGroups: 4,
      expertGroupsUsed: 2,
    },
  });
});

test("an old conversion of the same without the split tensors caches every head", async () => {
  const old = { attn_kv_a_mqa: [64, 40], attn_kv_b: [32, 128], attn_q: [64, 96], ...DENSE };
  const keys = {
    "attention.head_count": 4,
    "attention.key_length": 24,
    "attention.value_length": 16,
    "attention.kv_lora_rank": 32,
  };
  const [layer] = await layersOf("deepseek2", keys, [old]);
  expect(layer!.mixer).toMatchObject({ kind: "attention", heads: 4, kvHeads: 4, keyLength: 24, valueLength: 16 });
});

const STATE_SPACE = {
  "ssm.conv_kernel": 4,
  "ssm.inner_size": 128,
  "ssm.state_size": 16,
  "ssm.group_count": 2,
  "ssm.time_step_rank": 8,
};

describe("layers that are not attention", () => {
  test("gated delta net with every fourth layer attention (Qwen 3 Next)", async () => {
    const linear = { attn_qkv: [64, 256], attn_gate: [64, 128], ssm_conv1d: [4, 160], ssm_ba: [64, 16], ...DENSE };
    const layers = await layersOf("qwen3next", { ...HEADS, ...STATE_SPACE }, [linear, linear, linear, PLAIN]);
    expect(layers.map(({ mixer }) => mixer.kind)).toEqual(["recurrent", "recurrent", "recurrent", "attention"]);
    expect(layers[0]!.mixer).toMatchObject({
      family: "gated-delta-net",
      convolutionState: 3 * (128 + 2 * 2 * 16),
      recurrentState: 16 * 128,
      valueHeads: 8,
    });
  });

  test("both side by side (Falcon H1), either or neither by head counts (Nemotron H)", async () => {
    const both = { ...PLAIN, ssm_in: [64, 256], ssm_conv1d: [4, 192] };
    const [layer] = await layersOf("falcon-h1", { ...HEADS, ...STATE_SPACE }, [both]);
    expect(layer!.mixer).toMatchObject({
      kind: "parallel",
      attention: { kvHeads: 2 },
      recurrent: { family: "mamba2" },
    });
    const keys = {
      ...STATE_SPACE,
      "attention.head_count": 4,
      "attention.head_count_kv": [0, 2, 0],
      "attention.key_length": 16,
    };
    const layers = await layersOf("nemotron_h", { ...keys, "attention.value_length": 16 }, [
      { ssm_in: [64, 256] },
      ATTENTION,
      { ffn_up: [64, 128], ffn_down: [128, 64] },
    ]);
    expect(layers.map(({ mixer, feedForward }) => `${mixer.kind} ${feedForward.kind}`)).toEqual([
      "recurrent none",
      "attention none",
      "none dense",
    ]);
    expect(layers[2]!.feedForward).toEqual({ kind: "dense", length: 128, gated: false });
  });

  test("short convolutions (LFM2), delta attention (Kimi), lightning (MiniMax), RWKV", async () => {
    const convolution = { "shortconv.conv": [3, 64], ...DENSE };
    const lfm = await layersOf("lfm2", { ...HEADS, "attention.head_count_kv": [0, 2], "shortconv.l_cache": 3 }, [
      convolution,
      PLAIN,
    ]);
    expect(lfm[0]!.mixer).toEqual({ kind: "convolution", kernel: 3, convolutionState: 128 });

    const delta = { ...PLAIN, ssm_conv1d_q: [4, 1, 64] };
    const kda = { ...HEADS, "attention.head_count_kv": 0, "ssm.conv_kernel": 4, "kda.head_dim": 16 };
    const [kimi] = await layersOf("kimi-linear", kda, [delta]);
    expect(kimi!.mixer).toMatchObject({ family: "kda", convolutionState: 3 * 3 * 64, recurrentState: 16 * 16 * 4 });

    const [minimax] = await layersOf("minimax-01", { ...HEADS, "attention.key_length": 16 }, [
      { attn_qkv: [64, 192], attn_norm_2: [64], ...DENSE },
    ]);
    expect(minimax!.mixer).toMatchObject({ family: "lightning", convolutionState: 0, recurrentState: 16 * 16 * 4 });

    const [rwkv] = await layersOf("rwkv7", { "attention.head_count": 0, "wkv.head_size": 16 }, [
      { time_mix_a0: [64], time_mix_key: [64, 64], channel_mix_value: [256, 64] },
    ]);
    expect(rwkv).toMatchObject({
      mixer: { family: "rwkv7", convolutionState: 128, recurrentState: 1024, valueHeads: 4 },
      feedForward: { kind: "dense", length: 256, gated: false },
    });
  });

  test("projections in one tensor: queries, keys and values; gate and up; experts a tensor each", async () => {
    const [phi] = await layersOf("phi3", HEADS, [{ attn_qkv: [64, 128], ffn_up: [64, 256], ffn_down: [128, 64] }]);
    expect(phi).toMatchObject({ mixer: { kind: "attention" }, feedForward: { length: 128, gated: true } });
    const single = { "ffn_down.0": [96, 64], "ffn_down.1": [96, 64], "ffn_down.2": [96, 64] };
    const [mixtral] = await layersOf("llama", { ...HEADS, expert_count: 3, expert_used_count: 2 }, [
      { ...ATTENTION, ...single },
    ]);
    expect(mixtral!.feedForward).toMatchObject({ kind: "experts", experts: 3, expertLength: 96 });
  });
});

describe("metadata that is missing or contradicts itself names its key", () => {
  const two = times(2, PLAIN);
  test.each([
    ["model-key-missing", "m.block_count", { block_count: "" }, two],
    ["model-contradiction", "m.block_count", { block_count: 3 }, two],
    ["model-contradiction", "m.block_count", { block_count: 0 }, two],
    ["model-contradiction", "m.nextn_predict_layers", { nextn_predict_layers: 2 }, two],
    ["model-contradiction", "m.embedding_length", { embedding_length: 32 }, two],
    ["model-contradiction", "m.attention.head_count_kv", { "attention.head_count_kv": 3 }, two],
    ["model-contradiction", "m.attention.head_count_kv", { "attention.head_count_kv": [2] }, two],
    ["model-contradiction", "m.feed_forward_length", { feed_forward_length: 100 }, two],
    ["model-contradiction", "m.attention.head_count", { "attention.head_count": 0, "attention.key_length": 16 }, two],
    ["model-key-type", "m.context_length", { context_length: [1] }, two],
    ["model-contradiction", "m.expert_count", {}, [{ ...ATTENTION, ffn_down_exps: [96, 64, 4] }]],
    ["model-contradiction", "m.expert_used_count", { expert_count: 4 }, [{ ...ATTENTION, ffn_down_exps: [96, 64, 4] }]],
    ["model-key-missing", "m.ssm.inner_size", { "ssm.conv_kernel": 4 }, [{ ssm_in: [64, 64] }]],
  ] as const)("%s %s %j", async (code, key, keys, layers) => {
    const file = await fileOf("m", { ...HEADS, ...keys }, layers);
    const asked = code === "model-key-missing" && "block_count" in keys ? without(file, key) : file;
    try {
      geometryFromGguf(asked);
      expect.fail("it was read");
    } catch (error) {
      expect(error).toBeInstanceOf(LoadoutError);
      expect(error).toMatchObject({ code, details: { file: "m.gguf", key } });
    }
  });

  test("a projector is not a model", async () => {
    const { header } = writeGguf({ metadata: [["general.type", { type: "string", value: "mmproj" }]], tensors: [] });
    const file = await readGguf(memorySource(header, "p.gguf"));
    expect(() => geometryFromGguf(file)).toThrow("expected a language model, got a projector");
  });
});

function without(file: GgufFile, key: string): GgufFile {
  const entries = new Map(file.metadata.entries);
  entries.delete(key);
  return { ...file, metadata: new GgufMetadata(file.name, entries) };
}
