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
