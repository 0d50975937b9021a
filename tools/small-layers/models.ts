import { modelCatalog, type Geometry } from "../../src/facts/model/index.ts";
import type { GgufDraft } from "../../src/facts/weights/index.ts";
import { cutGeometry, headerDraft, type Cut } from "../headers/index.ts";

interface Choice extends Cut {
  readonly id: string;
  readonly fileType?: string;
}

/**
 * Small but whole vocabularies, experts of which few are left, and layers enough for every kind that the model has. The
 * trained length is short because node-llama-cpp first measures a context of that length, which such a device may not hold.
 */
const CUT: Cut = { context: 16_384, vocabulary: 4096, experts: 8, layers: 4 };

/** One model of every architecture whose graph is known, the smallest of the usual; layers end with the last of a period. */
const CHOICES: readonly Choice[] = [
  { id: "meta-llama/Llama-3.2-1B-Instruct" },
  { id: "Qwen/Qwen2.5-0.5B-Instruct", fileType: "Q8_0" },
  { id: "Qwen/Qwen3-0.6B" },
  { id: "Qwen/Qwen3-30B-A3B" },
  { id: "Qwen/Qwen3-VL-2B-Instruct" },
  { id: "Qwen/Qwen3-VL-30B-A3B-Instruct" },
  { id: "google/gemma-2-2b-it" },
  { id: "google/gemma-3-1b-it", layers: 8, fileType: "Q8_0" },
  { id: "google/gemma-4-E2B-it", layers: 8 },
  { id: "google/gemma-4-26B-A4B-it", layers: 6 },
  { id: "openai/gpt-oss-20b", fileType: "MXFP4_MOE" },
  { id: "Qwen/Qwen3.5-0.8B", layers: 8 },
  { id: "Qwen/Qwen3.6-35B-A3B", layers: 8 },
  { id: "Qwen/Qwen3-Next-80B-A3B-Instruct", layers: 8 },
  { id: "ibm-granite/granite-4.0-h-tiny", layers: 8 },
  { id: "zai-org/GLM-4.7-Flash" },
  { id: "ByteDance-Seed/Seed-OSS-36B-Instruct", layers: 2 },
  { id: "mistralai/Ministral-3-3B-Instruct-2512" },
  { id: "microsoft/Phi-4-mini-instruct" },
  { id: "MiniMaxAI/MiniMax-M2.7" },
  { id: "allenai/OLMoE-1B-7B-0125-Instruct" },
  { id: "CohereLabs/c4ai-command-r7b-12-2024" },
  { id: "baidu/ERNIE-4.5-21B-A3B-Thinking" },
  { id: "allenai/OLMo-2-0425-1B-Instruct" },
  { id: "inclusionAI/Ling-mini-2.0" },
  { id: "zai-org/GLM-4-9B-0414" },
];

export interface SmallModel {
  readonly name: string;
  readonly geometry: Geometry;
  readonly draft: GgufDraft;
}

/** Models whose architecture begins with `only`. */
export async function smallLayerModels(only: string): Promise<SmallModel[]> {
  const { MODELS, geometryFromRow } = await modelCatalog();
  return CHOICES.map(({ id, fileType = "Q4_K_M", ...cut }): SmallModel => {
    const row = MODELS.find((each) => each.id === id);
    const whole = row && geometryFromRow(row);
    if (!whole) throw new Error(`${id} is not in the catalog, or gives no geometry`);
    const geometry = cutGeometry(whole, { ...CUT, ...cut });
    const name = `${geometry.architecture} ${id.split("/")[1]}`;
    return { name, geometry, draft: headerDraft(geometry, { fileType, tokens: true }) };
  }).filter(({ name }) => name.startsWith(only));
}
