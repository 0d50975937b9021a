import { expect, it } from "vitest";
import { memorySource, readSafetensors, type SafetensorsFile } from "../weights/index.ts";
import { type DraftSafetensor, writeSafetensors } from "../weights/testing/safetensors.ts";
import { PUBLISHED } from "./config/testing/published.ts";
import { safetensorsSummary } from "./index.ts";

// Whole models as their publishers lay them out, by name and shape. Figures are those that Hugging Face lists or that the
// repositories' indexes declare.

async function fileOf(tensors: readonly DraftSafetensor[]): Promise<SafetensorsFile> {
  const { header, fileBytes } = writeSafetensors(tensors);
  return readSafetensors({ ...memorySource(header), size: fileBytes });
}

/** A matrix as some format stores it: how many tensors stand for it. */
type Store = (name: string, out: number, width: number) => DraftSafetensor[];

const bf16: Store = (name, out, width) => [[`${name}.weight`, "BF16", [out, width]]];
const nvfp4: Store = (name, out, width) => [
  [`${name}.weight`, "U8", [out, width / 2]],
  [`${name}.weight_scale`, "F8_E4M3", [out, width / 16]],
  [`${name}.weight_scale_2`, "F32", []],
  [`${name}.input_scale`, "F32", []],
];
const fp8: Store = (name, out, width) => [
  [`${name}.weight`, "F8_E4M3", [out, width]],
  [`${name}.weight_scale_inv`, "F32", [Math.ceil(out / 128), Math.ceil(width / 128)]],
];

const norm = (name: string, width: number): DraftSafetensor => [`${name}.weight`, "BF16", [width]];

/** Qwen3 8B: 36 layers, 4096 wide, 32 and 8 heads of 128, feed-forward 12288. */
function qwen3(store: Store): DraftSafetensor[] {
  return [
    ...bf16("model.embed_tokens", 151_936, 4096),
    ...Array.from({ length: 36 }, (_, layer) => `model.layers.${layer}`).flatMap((layer) => [
      norm(`${layer}.input_layernorm`, 4096),
      norm(`${layer}.post_attention_layernorm`, 4096),
      norm(`${layer}.self_attn.q_norm`, 128),
      norm(`${layer}.self_attn.k_norm`, 128),
      ...store(`${layer}.self_attn.q_proj`, 4096, 4096),
      ...store(`${layer}.self_attn.k_proj`, 1024, 4096),
      ...store(`${layer}.self_attn.v_proj`, 1024, 4096),
      ...store(`${layer}.self_attn.o_proj`, 4096, 4096),
      ...store(`${layer}.mlp.gate_proj`, 12_288, 4096),
      ...store(`${layer}.mlp.up_proj`, 12_288, 4096),
      ...store(`${layer}.mlp.down_proj`, 4096, 12_288),
    ]),
    norm("model.norm", 4096),
    ...bf16("lm_head", 151_936, 4096),
  ];
}

it("counts a model as it is", async () => {
  const summary = safetensorsSummary(await fileOf(qwen3(bf16)), PUBLISHED["Qwen/Qwen3-8B"], "Qwen3 8B");
  expect(summary).toMatchObject({
    quantization: "BF16",
    parameters: 8_190_735_360,
    tensorBytes: 16_381_470_720,
    bitsPerWeight: 16,
    geometry: { architecture: "qwen3", name: "Qwen3 8B" },
    parts: { text: { parameters: 8_190_735_360 }, encoders: { bytes: 0 }, mtp: { bytes: 0 } },
  });
  expect(summary.layout.left).toEqual([]);
});

it("sees through NVFP4: as many weights, and what is left in 16 bits", async () => {
  const file = await fileOf(qwen3(nvfp4));
  const { parameters, tensorBytes, layout, quantization } = safetensorsSummary(file, PUBLISHED["Qwen/Qwen3-8B"]);
  expect(quantization).toBe("nvfp4 4 bits, groups of 16");
  expect(parameters).toBe(8_190_735_360);
  expect(layout.quantized[0]!.weights).toBe(6_945_767_424);
  expect(tensorBytes / 1e9).toBeCloseTo(6.4, 2);
  expect(layout.left.map(({ pattern }) => pattern)).toEqual(["model.embed_tokens", "lm_head"]);
  // Hugging Face counts what is stored: a byte of two values is one, scales are none.
  const listed = parameters - layout.quantized[0]!.weights / 2;
  expect(listed / 1e9).toBeCloseTo(4.718, 3);
});

/** gpt-oss 20b: 24 layers, 2880 wide, 64 and 8 heads of 64, 32 experts of 2880 in blocks of 32 values. */
function gptOss(): DraftSafetensor[] {
  const biased = (name: string, out: number, width: number): DraftSafetensor[] => [
    ...bf16(name, out, width),
    [`${name}.bias`, "BF16", [out]],
  ];
  const experts = (name: string, out: number): DraftSafetensor[] => [
    [`${name}_blocks`, "U8", [32, out, 90, 16]],
    [`${name}_scales`, "U8", [32, out, 90]],
    [`${name}_bias`, "BF16", [32, out]],
  ];
  return [
    ...bf16("model.embed_tokens", 201_088, 2880),
    ...Array.from({ length: 24 }, (_, layer) => `model.layers.${layer}`).flatMap((layer): DraftSafetensor[] => [
      norm(`${layer}.input_layernorm`, 2880),
      norm(`${layer}.post_attention_layernorm`, 2880),
      ...biased(`${layer}.self_attn.q_proj`, 4096, 2880),
      ...biased(`${layer}.self_attn.k_proj`, 512, 2880),
      ...biased(`${layer}.self_attn.v_proj`, 512, 2880),
      ...biased(`${layer}.self_attn.o_proj`, 2880, 4096),
      [`${layer}.self_attn.sinks`, "BF16", [64]],
      ...biased(`${layer}.mlp.router`, 32, 2880),
      ...experts(`${layer}.mlp.experts.gate_up_proj`, 5760),
      ...experts(`${layer}.mlp.experts.down_proj`, 2880),
    ]),
    norm("model.norm", 2880),
    ...bf16("lm_head", 201_088, 2880),
  ];
}

it("sees through MXFP4 of experts in one tensor", async () => {
  const config = {
    ...PUBLISHED["openai/gpt-oss-20b"],
    quantization_config: { quant_method: "mxfp4", modules_to_not_convert: ["model.layers.*.self_attn", "lm_head"] },
  };
  const { parameters, tensorBytes, layout, quantization } = safetensorsSummary(await fileOf(gptOss()), config);
  expect(quantization).toBe("mxfp4 4 bits, groups of 32");
  expect(parameters).toBe(20_914_757_184);
  expect(tensorBytes).toBe(13_761_264_768);
  expect(layout.quantized).toMatchObject([{ scheme: "mxfp4", modules: 48, weights: 24 * 32 * 3 * 2880 * 2880 }]);
  expect(layout.declared).toMatchObject({
    method: "mxfp4",
    scheme: "mxfp4",
    left: ["model.layers.*.self_attn", "lm_head"],
  });
  // the listed total counts scales as weights
  const scales = layout.quantized[0]!.weights / 32;
  expect((parameters + scales) / 1e9).toBeCloseTo(21.51, 2);
});

/** DeepSeek V3: 61 layers, 3 of them dense, and one block for the next token with an embedding and a head of its own. */
function deepseek(): DraftSafetensor[] {
  const width = 7168;
  const mlp = (name: string, length: number) => [
    ...fp8(`${name}.gate_proj`, length, width),
    ...fp8(`${name}.up_proj`, length, width),
    ...fp8(`${name}.down_proj`, width, length),
  ];
  const layer = (index: number): DraftSafetensor[] => {
    const name = `model.layers.${index}`;
    const attention = `${name}.self_attn`;
    return [
      norm(`${name}.input_layernorm`, width),
      norm(`${name}.post_attention_layernorm`, width),
      ...fp8(`${attention}.q_a_proj`, 1536, width),
      norm(`${attention}.q_a_layernorm`, 1536),
      ...fp8(`${attention}.q_b_proj`, 128 * 192, 1536),
      ...fp8(`${attention}.kv_a_proj_with_mqa`, 576, width),
      norm(`${attention}.kv_a_layernorm`, 512),
      ...fp8(`${attention}.kv_b_proj`, 128 * 256, 512),
      ...fp8(`${attention}.o_proj`, width, 128 * 128),
      ...(index < 3
        ? mlp(`${name}.mlp`, 18_432)
        : [
            ...bf16(`${name}.mlp.gate`, 256, width),
            [`${name}.mlp.gate.e_score_correction_bias`, "F32", [256]] as const,
            ...mlp(`${name}.mlp.shared_experts`, 2048),
            ...Array.from({ length: 256 }, (_, expert) => mlp(`${name}.mlp.experts.${expert}`, 2048)).flat(),
          ]),
    ];
  };
  const next = "model.layers.61";
  return [
    ...bf16("model.embed_tokens", 129_280, width),
    ...Array.from({ length: 61 }, (_, index) => layer(index)).flat(),
    norm("model.norm", width),
    ...bf16("lm_head", 129_280, width),
    ...layer(61),
    norm(`${next}.enorm`, width),
    norm(`${next}.hnorm`, width),
    ...bf16(`${next}.eh_proj`, width, 2 * width),
    norm(`${next}.shared_head.norm`, width),
    ...bf16(`${next}.embed_tokens`, 129_280, width),
    ...bf16(`${next}.shared_head.head`, 129_280, width),
  ];
}

it("tells blocks for further tokens from the model, and reads 90,000 tensors", async () => {
  const { parameters, parts, layout, quantization } = safetensorsSummary(
    await fileOf(deepseek()),
    PUBLISHED["deepseek-ai/DeepSeek-V3"],
  );
  expect(quantization).toBe("fp8-block 8 bits, groups of 128");
  expect(parts.text.parameters).toBe(671_026_419_200);
  expect(parts.mtp.parameters / 1e9).toBeCloseTo(13.46, 1);
  // the listed 684.53 counts the scales of the blocks as well
  expect(parameters / 1e9).toBeCloseTo(684.49, 2);
  expect(layout.left[0]).toMatchObject({ pattern: "model.embed_tokens", type: "BF16" });
});

it("says why there is no geometry, and sums all the same", async () => {
  const file = await fileOf(qwen3(bf16));
  expect(safetensorsSummary(file)).not.toHaveProperty("geometry");
  const { problem, parameters } = safetensorsSummary(file, { model_type: "llama" });
  expect(problem?.code).toBe("config-key-missing");
  expect(parameters).toBe(8_190_735_360);
});

it("tells encoders from the language model", async () => {
  const { parts } = safetensorsSummary(
    await fileOf([
      ["model.language_model.layers.0.mlp.up_proj.weight", "BF16", [64, 32]],
      ["model.visual.blocks.0.mlp.linear_fc1.weight", "BF16", [16, 16]],
      ["vision_tower.patch_embed.proj.weight", "BF16", [8, 3, 2, 2, 2]],
      ["mtp.layers.0.mlp.up_proj.weight", "BF16", [64, 32]],
    ]),
  );
  expect(parts).toEqual({
    text: { parameters: 2048, bytes: 4096 },
    encoders: { parameters: 448, bytes: 896 },
    mtp: { parameters: 2048, bytes: 4096 },
  });
});
