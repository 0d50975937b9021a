import { describe, expect, test } from "vitest";
import { memorySource, readSafetensors } from "../index.ts";
import { type DraftSafetensor, writeSafetensors } from "../testing/safetensors.ts";
import { declaredQuantization, layoutBitsPerWeight, weightLayout } from "./index.ts";

async function layoutOf(tensors: readonly DraftSafetensor[], quantization_config?: object) {
  const { header, fileBytes } = writeSafetensors(tensors);
  const file = await readSafetensors({ ...memorySource(header), size: fileBytes });
  return weightLayout(file.tensors, quantization_config && { model_type: "llama", quantization_config });
}

// The matrix of the tests is 4096 wide and 11008 long: a feed-forward of Llama 2 7B, as each format stores it.
const [IN, OUT] = [4096, 11_008];
const WEIGHTS = IN * OUT;
const M = "model.layers.0.mlp.up_proj";

interface Case {
  readonly tensors: readonly DraftSafetensor[];
  readonly config?: object;
  readonly expected: { scheme: string; bits: number; groupLength?: number };
  /** bits of a weight with scales and all, from the format's definition */
  readonly bitsPerWeight: number;
}

const CASES: Readonly<Record<string, Case>> = {
  "GPTQ with order": {
    tensors: [
      [`${M}.qweight`, "I32", [IN / 8, OUT]],
      [`${M}.qzeros`, "I32", [IN / 128, OUT / 8]],
      [`${M}.scales`, "F16", [IN / 128, OUT]],
      [`${M}.g_idx`, "I32", [IN]],
    ],
    config: { quant_method: "gptq", bits: 4, group_size: 128, desc_act: true },
    expected: { scheme: "gptq", bits: 4, groupLength: 128 },
    bitsPerWeight: 4 + 16 / 128 + 4 / 128 + 32 / OUT,
  },
  "GPTQ of 8 bits, told by the order alone": {
    tensors: [
      [`${M}.qweight`, "I32", [IN / 4, OUT]],
      [`${M}.qzeros`, "I32", [IN / 32, OUT / 4]],
      [`${M}.scales`, "F16", [IN / 32, OUT]],
      [`${M}.g_idx`, "I32", [IN]],
    ],
    expected: { scheme: "gptq", bits: 8, groupLength: 32 },
    bitsPerWeight: 8 + 16 / 32 + 8 / 32 + 32 / OUT,
  },
  "GPTQ of 3 bits": {
    tensors: [
      [`${M}.qweight`, "I32", [(IN * 3) / 32, OUT]],
      [`${M}.qzeros`, "I32", [IN / 128, (OUT * 3) / 32]],
      [`${M}.scales`, "F16", [IN / 128, OUT]],
    ],
    config: { quant_method: "gptq", bits: 3, group_size: 128 },
    expected: { scheme: "gptq", bits: 3, groupLength: 128 },
    bitsPerWeight: 3 + 16 / 128 + 3 / 128,
  },
  AWQ: {
    tensors: [
      [`${M}.qweight`, "I32", [IN, OUT / 8]],
      [`${M}.qzeros`, "I32", [IN / 128, OUT / 8]],
      [`${M}.scales`, "F16", [IN / 128, OUT]],
    ],
    config: { quant_method: "awq", bits: 4, group_size: 128, version: "gemm" },
    expected: { scheme: "awq", bits: 4, groupLength: 128 },
    bitsPerWeight: 4.15625,
  },
  "FP8 in blocks": {
    tensors: [
      [`${M}.weight`, "F8_E4M3", [OUT, IN]],
      [`${M}.weight_scale_inv`, "F32", [OUT / 128, IN / 128]],
    ],
    config: { quant_method: "fp8", fmt: "e4m3", weight_block_size: [128, 128] },
    expected: { scheme: "fp8-block", bits: 8, groupLength: 128 },
    bitsPerWeight: 8 + 32 / (128 * 128),
  },
  "FP8 with one scale": {
    tensors: [
      [`${M}.weight`, "F8_E4M3", [OUT, IN]],
      [`${M}.weight_scale`, "F32", []],
      [`${M}.input_scale`, "F32", []],
    ],
    config: { quant_method: "modelopt", quant_algo: "FP8" },
    expected: { scheme: "fp8", bits: 8 },
    bitsPerWeight: 8 + 64 / WEIGHTS,
  },
  "FP8 with a scale a row": {
    tensors: [
      [`${M}.weight`, "F8_E4M3", [OUT, IN]],
      [`${M}.weight_scale`, "BF16", [OUT, 1]],
    ],
    config: { quant_method: "compressed-tensors", format: "float-quantized" },
    expected: { scheme: "fp8", bits: 8 },
    bitsPerWeight: 8 + 16 / IN,
  },
  "NVFP4 of modelopt": {
    tensors: [
      [`${M}.weight`, "U8", [OUT, IN / 2]],
      [`${M}.weight_scale`, "F8_E4M3", [OUT, IN / 16]],
      [`${M}.weight_scale_2`, "F32", []],
      [`${M}.input_scale`, "F32", []],
    ],
    config: { quant_method: "modelopt", quant_algo: "NVFP4", group_size: 16 },
    expected: { scheme: "nvfp4", bits: 4, groupLength: 16 },
    bitsPerWeight: 4.5 + 64 / WEIGHTS,
  },
  "NVFP4 of compressed-tensors": {
    tensors: [
      [`${M}.weight_packed`, "U8", [OUT, IN / 2]],
      [`${M}.weight_scale`, "F8_E4M3", [OUT, IN / 16]],
      [`${M}.weight_global_scale`, "F32", [1]],
      [`${M}.input_global_scale`, "F32", [1]],
    ],
    config: { quant_method: "compressed-tensors", format: "nvfp4-pack-quantized" },
    expected: { scheme: "nvfp4", bits: 4, groupLength: 16 },
    bitsPerWeight: 4.5 + 64 / WEIGHTS,
  },
  "MXFP4 of DeepSeek": {
    tensors: [
      [`${M}.weight`, "I8", [OUT, IN / 2]],
      [`${M}.scale`, "F8_E8M0", [OUT, IN / 32]],
    ],
    expected: { scheme: "mxfp4", bits: 4, groupLength: 32 },
    bitsPerWeight: 4.25,
  },
  "integers packed by compressed-tensors": {
    tensors: [
      [`${M}.weight_packed`, "I32", [OUT, IN / 8]],
      [`${M}.weight_scale`, "BF16", [OUT, IN / 32]],
      [`${M}.weight_shape`, "I64", [2]],
    ],
    config: {
      quant_method: "compressed-tensors",
      format: "pack-quantized",
      config_groups: { group_0: { weights: { num_bits: 4, group_size: 32, type: "int" } } },
    },
    expected: { scheme: "packed-int", bits: 4, groupLength: 32 },
    bitsPerWeight: 4.5 + 128 / WEIGHTS,
  },
  "INT8 of compressed-tensors": {
    tensors: [
      [`${M}.weight`, "I8", [OUT, IN]],
      [`${M}.weight_scale`, "BF16", [OUT, 1]],
    ],
    config: { quant_method: "compressed-tensors", format: "int-quantized" },
    expected: { scheme: "int8", bits: 8 },
    bitsPerWeight: 8 + 16 / IN,
  },
  "NF4 of bitsandbytes": {
    tensors: [
      [`${M}.weight`, "U8", [WEIGHTS / 2, 1]],
      [`${M}.weight.absmax`, "F32", [WEIGHTS / 64]],
      [`${M}.weight.quant_map`, "F32", [16]],
      [`${M}.weight.quant_state.bitsandbytes__nf4`, "U8", [90]],
    ],
    config: { quant_method: "bitsandbytes", load_in_4bit: true, bnb_4bit_quant_type: "nf4" },
    expected: { scheme: "bnb-4bit", bits: 4, groupLength: 64 },
    bitsPerWeight: 4.5 + (8 * 154) / WEIGHTS,
  },
  "NF4 quantized twice": {
    tensors: [
      [`${M}.weight`, "U8", [WEIGHTS / 2, 1]],
      [`${M}.weight.absmax`, "U8", [WEIGHTS / 64]],
      [`${M}.weight.quant_map`, "F32", [16]],
      [`${M}.weight.nested_absmax`, "F32", [WEIGHTS / 64 / 256]],
      [`${M}.weight.nested_quant_map`, "F32", [256]],
      [`${M}.weight.quant_state.bitsandbytes__nf4`, "U8", [120]],
    ],
    expected: { scheme: "bnb-4bit", bits: 4, groupLength: 64 },
    bitsPerWeight: 4 + 8 / 64 + 32 / (64 * 256) + (8 * (64 + 1024 + 120)) / WEIGHTS,
  },
  "INT8 of bitsandbytes": {
    tensors: [
      [`${M}.weight`, "I8", [OUT, IN]],
      [`${M}.SCB`, "F32", [OUT]],
      [`${M}.weight_format`, "U8", []],
    ],
    config: { quant_method: "bitsandbytes", load_in_8bit: true },
    expected: { scheme: "int8", bits: 8 },
    bitsPerWeight: 8 + 32 / IN + 8 / WEIGHTS,
  },
  "MLX of 4 bits": {
    tensors: [
      [`${M}.weight`, "U32", [OUT, IN / 8]],
      [`${M}.scales`, "BF16", [OUT, IN / 64]],
      [`${M}.biases`, "BF16", [OUT, IN / 64]],
    ],
    expected: { scheme: "mlx", bits: 4, groupLength: 64 },
    bitsPerWeight: 4.5,
  },
  "EXL3 of 3 bits": {
    tensors: [
      [`${M}.trellis`, "I16", [IN / 16, OUT / 16, 48]],
      [`${M}.suh`, "F16", [IN]],
      [`${M}.svh`, "F16", [OUT]],
    ],
    expected: { scheme: "exl3", bits: 3 },
    bitsPerWeight: 3 + (16 * (IN + OUT)) / WEIGHTS,
  },
};

describe.each(Object.entries(CASES))("%s", (_, { tensors, config, expected, bitsPerWeight }) => {
  test("is told by its tensors, with as many weights as the matrix had", async () => {
    const { quantized, plain, parameters, bytes } = await layoutOf(tensors, config);
    expect(quantized).toHaveLength(1);
    expect(quantized[0]).toMatchObject({ ...expected, modules: 1, weights: WEIGHTS });
    expect(quantized[0]?.groupLength).toBe(expected.groupLength);
    expect(layoutBitsPerWeight(quantized[0]!)).toBeCloseTo(bitsPerWeight, 9);
    expect(plain).toEqual([]);
    expect(parameters).toBe(WEIGHTS);
    expect(bytes).toBeCloseTo((WEIGHTS * bitsPerWeight) / 8, 3);
  });

  test("is what the configuration declares, where it does", () => {
    if (!config) return;
    const declared = declaredQuantization({ quantization_config: config });
    expect(declared?.scheme).toBe(expected.scheme);
  });
});

test("matrices left alone are named by pattern, whatever the configuration lists", async () => {
  const layers = [0, 1, 2].flatMap((layer): DraftSafetensor[] => [
    [`model.layers.${layer}.mlp.gate.weight`, "BF16", [128, 2048]],
    [`model.layers.${layer}.input_layernorm.weight`, "BF16", [2048]],
    [`model.layers.${layer}.self_attn.q_proj.weight`, "F8_E4M3", [2048, 2048]],
    [`model.layers.${layer}.self_attn.q_proj.weight_scale_inv`, "BF16", [16, 16]],
    [`model.layers.${layer}.self_attn.q_proj.bias`, "BF16", [2048]],
  ]);
  const { quantized, plain, left } = await layoutOf([...layers, ["lm_head.weight", "BF16", [151_936, 2048]]]);
  expect(quantized).toMatchObject([{ scheme: "fp8-block", modules: 3, groupLength: 128 }]);
  expect(plain).toEqual([{ type: "BF16", weights: 311_164_928 + 3 * (262_144 + 4096), bytes: 623_927_296 }]);
  expect(left).toEqual([
    { pattern: "lm_head", type: "BF16", modules: 1, weights: 311_164_928 },
    { pattern: "model.layers.*.mlp.gate", type: "BF16", modules: 3, weights: 786_432 },
  ]);
});

test("two ways in one model are two rows", async () => {
  const { quantized } = await layoutOf([
    ["a.weight", "F8_E4M3", [256, 256]],
    ["a.weight_scale", "F32", []],
    ["b.weight", "U8", [256, 256]],
    ["b.weight_scale", "F8_E4M3", [256, 32]],
    ["b.weight_scale_2", "F32", []],
  ]);
  expect(quantized.map(({ scheme, weights }) => [scheme, weights])).toEqual([
    ["nvfp4", 131_072],
    ["fp8", 65_536],
  ]);
});

test("nothing is lost where a name is both a module and a tensor, and orders are no weights", async () => {
  const { parameters, bytes, plain } = await layoutOf([
    ["a", "F32", [10]],
    ["a.weight", "F32", [10]],
    ["position_ids", "I64", [1, 100]],
  ]);
  expect({ parameters, bytes }).toEqual({ parameters: 20, bytes: 880 });
  expect(plain.map(({ type }) => type)).toEqual(["I64", "F32"]);
});

test("shapes that only resemble a format are left as they are", async () => {
  const { quantized, plain } = await layoutOf([
    ["a.qweight", "I32", [7, 11]],
    ["a.qzeros", "I32", [1, 1]],
    ["a.scales", "F16", [0, 0]],
  ]);
  expect(quantized).toEqual([]);
  expect(plain.map(({ type }) => type)).toEqual(["I32", "F16"]);
});

test.each([
  [
    { quantization: { quant_algo: "NVFP4", kv_cache_quant_algo: "FP8", group_size: 16, exclude_modules: ["lm_head"] } },
    "nvfp4",
  ],
  [{ quantization: { quant_algo: "MIXED_PRECISION", quantized_layers: {} } }, "mixed"],
  [
    { text_config: { quantization_config: { quant_method: "compressed-tensors", format: "pack-quantized" } } },
    "packed-int",
  ],
  [{ quantization: { group_size: 64, bits: 4 } }, "mlx"],
  [{ quantization_config: { quant_method: "mxfp4", modules_to_not_convert: ["model.embed_tokens"] } }, "mxfp4"],
  [{ quantization_config: { quant_method: "next-year" } }, undefined],
])("%j declares %s", (config, scheme) => expect(declaredQuantization(config)?.scheme).toBe(scheme));

test("a declaration keeps what is left out, and the type of the cache", () => {
  const quantization = {
    quant_algo: "NVFP4",
    kv_cache_quant_algo: "FP8",
    group_size: 16,
    exclude_modules: ["lm_head", 3],
  };
  expect(declaredQuantization({ quantization })).toEqual({
    method: "modelopt",
    scheme: "nvfp4",
    groupLength: 16,
    left: ["lm_head"],
    cache: "FP8",
  });
  const kv_cache_scheme = { num_bits: 8, type: "float", dynamic: false };
  const config_groups = { group_0: { weights: { num_bits: 4, group_size: 16, type: "float" } } };
  const own = { quant_method: "modelopt", config_groups, kv_cache_scheme };
  expect(declaredQuantization({ quantization_config: own })).toMatchObject({ scheme: "nvfp4", bits: 4, cache: "FP8" });
  const within = { quant_method: "fp8", weight_block_size: [128, 128], config_groups };
  expect(declaredQuantization({ quantization_config: within })?.scheme).toBe("mixed");
  for (const none of [undefined, null, [], "gptq", {}, { quantization_config: null }]) {
    expect(declaredQuantization(none)).toBeUndefined();
  }
});
