import type { Architecture } from "./architecture.ts";
import { cohere2 } from "./cohere2.ts";
import { deepseek2 } from "./deepseek2.ts";
import { gemma2 } from "./gemma2.ts";
import { gemma3 } from "./gemma3.ts";
import { gemma4 } from "./gemma4.ts";
import { gptOss } from "./gpt-oss.ts";
import { graniteHybrid } from "./granite-hybrid.ts";
import { ernie45Moe, glm4, granite, graniteMoe, llama, mistral3, phi3, seedOss } from "./llama.ts";
import { bailingMoe2, qwen2, qwen3, qwen3moe, qwen3vl, qwen3vlmoe } from "./qwen.ts";
import { qwen3next } from "./qwen3next.ts";
import { qwen35, qwen35moe } from "./qwen35.ts";
import { minimaxM2, olmo2, olmoe } from "./whole-norm.ts";

/** Architectures whose graph is known, by GGUF name. */
const ARCHITECTURES: ReadonlyMap<string, Architecture> = new Map(
  [
    bailingMoe2,
    cohere2,
    deepseek2,
    ernie45Moe,
    gemma2,
    gemma3,
    gemma4,
    glm4,
    gptOss,
    granite,
    graniteHybrid,
    graniteMoe,
    llama,
    minimaxM2,
    mistral3,
    olmo2,
    olmoe,
    phi3,
    qwen2,
    qwen3,
    qwen35,
    qwen35moe,
    qwen3next,
    qwen3moe,
    qwen3vl,
    qwen3vlmoe,
    seedOss,
  ].map((each) => [each.name, each]),
);

export function architectureOf(name: string): Architecture | undefined {
  return ARCHITECTURES.get(name);
}

export function architectureList(): string[] {
  return [...ARCHITECTURES.keys()].sort();
}

/** For people: "gemma3, llama". */
export function architectureNames(): string {
  return architectureList().join(", ");
}
