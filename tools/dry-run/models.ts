import { modelCatalog, type Geometry } from "../../src/facts/model/index.ts";
import { headerDraft } from "../headers/index.ts";
import type { GgufDraft } from "../../src/facts/weights/index.ts";

/** A model of the catalog, and the file type its header is written in. */
interface Choice {
  readonly id: string;
  readonly fileType: string;
  readonly frequencies?: true;
  /** with the blocks for multi-token prediction */
  readonly mtp?: true;
  /** queries are multiplied by a factor for every position */
  readonly tempered?: true;
}

/**
 * From 0.3 to 671 billion weights, every architecture whose graph is known: grouped and ungrouped heads, tied and untied, widths that
 * are no multiple of 256, matrices above and below a software device's storage limit.
 */
const CHOICES: readonly Choice[] = [
  { id: "meta-llama/Llama-3.2-1B-Instruct", fileType: "Q4_K_M", frequencies: true },
  { id: "meta-llama/Llama-3.1-8B-Instruct", fileType: "F16", frequencies: true },
  { id: "deepseek-ai/deepseek-coder-6.7b-instruct", fileType: "Q5_K_M" },
  { id: "meta-llama/Llama-3.3-70B-Instruct", fileType: "IQ4_XS", frequencies: true },
  { id: "Qwen/Qwen2.5-0.5B-Instruct", fileType: "Q8_0" },
  { id: "Qwen/Qwen2.5-7B-Instruct", fileType: "Q4_K_M" },
  { id: "Qwen/Qwen3-0.6B", fileType: "Q8_0" },
  { id: "Qwen/Qwen3-14B", fileType: "Q4_K_M" },
  { id: "Qwen/Qwen3-30B-A3B", fileType: "Q4_K_M" },
  { id: "Qwen/Qwen3-VL-8B-Instruct", fileType: "Q4_K_M" },
  { id: "Qwen/Qwen3-VL-30B-A3B-Instruct", fileType: "Q4_K_M" },
  { id: "google/gemma-2-2b-it", fileType: "Q4_K_M" },
  { id: "google/gemma-2-27b-it", fileType: "Q4_K_M" },
  { id: "google/gemma-3-1b-it", fileType: "Q8_0" },
  { id: "google/gemma-3-27b-it", fileType: "Q4_0" },
  { id: "google/gemma-4-E2B-it", fileType: "Q4_K_M" },
  { id: "google/gemma-4-E4B-it", fileType: "Q8_0" },
  { id: "google/gemma-4-26B-A4B-it", fileType: "Q4_K_M" },
  { id: "google/gemma-4-31B-it", fileType: "Q4_K_M" },
  { id: "openai/gpt-oss-20b", fileType: "MXFP4_MOE" },
  { id: "openai/gpt-oss-120b", fileType: "MXFP4_MOE" },
  { id: "Qwen/Qwen3.5-4B", fileType: "Q4_K_M" },
  { id: "Qwen/Qwen3.6-27B", fileType: "Q4_K_M", mtp: true },
  { id: "Qwen/Qwen3.6-35B-A3B", fileType: "Q4_K_M" },
  { id: "Qwen/Qwen3-Next-80B-A3B-Instruct", fileType: "Q4_K_M" },
  { id: "ibm-granite/granite-4.0-h-micro", fileType: "Q4_K_M" },
  { id: "ibm-granite/granite-4.0-h-tiny", fileType: "Q4_K_M" },
  { id: "deepseek-ai/DeepSeek-V3", fileType: "Q4_K_M" },
  { id: "deepseek-ai/DeepSeek-V2-Lite-Chat", fileType: "Q4_K_M" },
  { id: "zai-org/GLM-4.7-Flash", fileType: "Q4_K_M" },
  { id: "ByteDance-Seed/Seed-OSS-36B-Instruct", fileType: "Q4_K_M" },
  { id: "mistralai/Ministral-3-3B-Instruct-2512", fileType: "Q4_K_M", tempered: true },
  { id: "mistralai/Devstral-2-123B-Instruct-2512", fileType: "Q4_K_M" },
  // on a device with small storage buffers and a quantised cache its graph overfills the engine's table of tensors
  { id: "microsoft/phi-4", fileType: "Q4_K_M" },
  { id: "microsoft/Phi-4-mini-instruct", fileType: "Q4_K_M" },
  { id: "microsoft/Phi-3-mini-4k-instruct", fileType: "Q4_0" },
  { id: "MiniMaxAI/MiniMax-M2.7", fileType: "Q4_K_M" },
  { id: "allenai/OLMoE-1B-7B-0125-Instruct", fileType: "Q4_K_M" },
  { id: "CohereLabs/c4ai-command-r7b-12-2024", fileType: "Q4_K_M" },
  { id: "baidu/ERNIE-4.5-21B-A3B-Thinking", fileType: "Q4_K_M" },
  { id: "allenai/Olmo-3-7B-Instruct", fileType: "Q4_K_M" },
  { id: "allenai/OLMo-2-1124-13B-Instruct", fileType: "Q4_K_M" },
  { id: "inclusionAI/Ling-mini-2.0", fileType: "Q4_K_M" },
  { id: "zai-org/GLM-4-9B-0414", fileType: "Q4_K_M" },
  { id: "arcee-ai/Trinity-Nano-Preview", fileType: "Q4_K_M" },
  { id: "swiss-ai/Apertus-8B-Instruct-2509", fileType: "Q4_K_M" },
  { id: "arcee-ai/AFM-4.5B", fileType: "Q4_K_M" },
  { id: "inclusionAI/Ling-lite-1.5", fileType: "Q4_K_M" },
  { id: "microsoft/bitnet-b1.58-2B-4T", fileType: "Q4_K_M" },
  { id: "zai-org/glm-4-9b-chat-hf", fileType: "Q4_K_M" },
  { id: "CohereLabs/North-Mini-Code-1.0", fileType: "Q4_K_M" },
  { id: "CohereLabs/c4ai-command-r-plus-08-2024", fileType: "Q4_K_M" },
  { id: "rednote-hilab/dots.llm1.inst", fileType: "Q4_K_M" },
  { id: "baidu/ERNIE-4.5-0.3B-PT", fileType: "Q4_K_M" },
  { id: "LGAI-EXAONE/EXAONE-3.5-2.4B-Instruct", fileType: "Q4_K_M" },
  { id: "LGAI-EXAONE/K-EXAONE-236B-A23B", fileType: "Q4_K_M" },
  { id: "LGAI-EXAONE/EXAONE-4.0-32B", fileType: "Q4_K_M" },
  { id: "tiiuae/Falcon-H1-1.5B-Instruct", fileType: "Q4_K_M" },
  { id: "google/gemma-2b-it", fileType: "Q4_K_M" },
  { id: "google/gemma-3n-E2B-it", fileType: "Q4_K_M" },
  { id: "zai-org/GLM-4.5-Air", fileType: "Q4_K_M" },
  { id: "tencent/Hunyuan-7B-Instruct", fileType: "Q4_K_M" },
  { id: "tencent/Hunyuan-A13B-Instruct", fileType: "Q4_K_M" },
  { id: "tencent/Hy3-preview", fileType: "Q4_K_M" },
  { id: "internlm/internlm2_5-7b-chat", fileType: "Q4_K_M" },
  { id: "ai21labs/AI21-Jamba-Reasoning-3B", fileType: "Q4_K_M" },
  { id: "moonshotai/Kimi-Linear-48B-A3B-Instruct", fileType: "Q4_K_M" },
  { id: "poolside/Laguna-XS.2", fileType: "Q4_K_M" },
  { id: "LiquidAI/LFM2-1.2B", fileType: "Q4_K_M" },
  { id: "LiquidAI/LFM2-8B-A1B", fileType: "Q4_K_M" },
  { id: "meta-llama/Llama-4-Scout-17B-16E-Instruct", fileType: "Q4_K_M" },
  { id: "XiaomiMiMo/MiMo-V2-Flash", fileType: "Q4_K_M" },
  { id: "openbmb/MiniCPM4-0.5B", fileType: "Q4_K_M" },
  { id: "mistralai/Mistral-Small-4-119B-2603", fileType: "Q4_K_M" },
  { id: "meta/Muse-Glimmer-30B", fileType: "Q4_K_M" },
  { id: "nvidia/Nemotron-Mini-4B-Instruct", fileType: "Q4_K_M" },
  { id: "nvidia/NVIDIA-Nemotron-Nano-9B-v2", fileType: "Q4_K_M" },
  { id: "nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16", fileType: "Q4_K_M" },
  { id: "microsoft/phi-2", fileType: "Q4_K_M" },
  { id: "microsoft/Phi-3.5-MoE-instruct", fileType: "Q4_K_M" },
  { id: "Qwen/Qwen1.5-MoE-A2.7B-Chat", fileType: "Q4_K_M" },
  { id: "Qwen/Qwen2.5-VL-3B-Instruct", fileType: "Q4_K_M" },
  { id: "HuggingFaceTB/SmolLM3-3B", fileType: "Q4_K_M" },
  { id: "stabilityai/stablelm-2-1_6b-chat", fileType: "Q4_K_M" },
  { id: "bigcode/starcoder2-3b", fileType: "Q4_K_M" },
  { id: "stepfun-ai/Step-3.5-Flash", fileType: "Q4_K_M" },
];

export interface DryRunModel {
  readonly name: string;
  readonly geometry: Geometry;
  readonly draft: GgufDraft;
}

/** Models whose architecture or own name begins with `only`. */
export async function dryRunModels(only: string): Promise<DryRunModel[]> {
  const { MODELS, geometryFromRow } = await modelCatalog();
  const models = CHOICES.map(({ id, fileType, mtp = false, tempered, frequencies = false }): DryRunModel => {
    const row = MODELS.find((each) => each.id === id);
    const plain = row && geometryFromRow(row, { mtp });
    if (!plain) throw new Error(`${id} is not in the catalog, or gives no geometry`);
    const geometry = tempered ? { ...plain, queryTemperature: true as const } : plain;
    const name = `${geometry.architecture} ${id.split("/")[1]} ${fileType}${mtp ? " mtp" : ""}`;
    return { name, geometry, draft: headerDraft(geometry, { fileType, frequencies }) };
  });
  return models.filter(({ name }) => name.startsWith(only) || name.split(" ")[1]!.startsWith(only));
}
