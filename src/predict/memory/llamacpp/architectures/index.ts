import type { Architecture } from "./architecture.ts";
import { bailingMoe3 } from "./bailing-moe3.ts";
import { bitnet } from "./bitnet.ts";
import { cohere2, cohere2Moe, commandR, phi2 } from "./cohere.ts";
import { deepseek2, mistral4 } from "./deepseek2.ts";
import { afmoe, laguna, museGlimmer, step35 } from "./gated-output.ts";
import { deepseek32, glmDsa } from "./deepseek32.ts";
import { gemma2 } from "./gemma2.ts";
import { gemma3 } from "./gemma3.ts";
import { gemma3n } from "./gemma3n.ts";
import { gemma4 } from "./gemma4.ts";
import { gptOss } from "./gpt-oss.ts";
import { graniteHybrid } from "./granite-hybrid.ts";
import {
  arcee,
  bailingMoe,
  chatglm,
  ernie45,
  ernie45Moe,
  exaone,
  gemma,
  glm4,
  granite,
  graniteMoe,
  internlm2,
  llama,
  minicpm,
  mistral3,
  phi3,
  phimoe,
  seedOss,
  smollm3,
} from "./llama.ts";
import { llama4 } from "./llama4.ts";
import { nemotron, stablelm, starcoder2 } from "./mean-norm.ts";
import { mimo2 } from "./mimo2.ts";
import {
  apertus,
  bailingMoe2,
  dots1,
  exaone4,
  exaoneMoe,
  glm4Moe,
  hunyuanDense,
  hunyuanMoe,
  hyV3,
  qwen2,
  qwen2moe,
  qwen2vl,
  qwen3,
  qwen3moe,
  qwen3vl,
  qwen3vlmoe,
} from "./qwen.ts";
import { qwen3next } from "./qwen3next.ts";
import { qwen35, qwen35moe } from "./qwen35.ts";
import { minimaxM2, olmo2, olmoe } from "./whole-norm.ts";
import { falconH1 } from "./falcon-h1.ts";
import { jamba } from "./jamba.ts";
import { kimiLinear } from "./kimi-linear.ts";
import { lfm2, lfm2moe } from "./lfm2.ts";
import { nemotronH, nemotronHMoe } from "./nemotron-h.ts";

/** Architectures whose graph is known, by GGUF name. */
const ARCHITECTURES: ReadonlyMap<string, Architecture> = new Map(
  [
    afmoe,
    apertus,
    arcee,
    bailingMoe,
    bailingMoe2,
    bailingMoe3,
    bitnet,
    chatglm,
    cohere2,
    cohere2Moe,
    commandR,
    deepseek2,
    deepseek32,
    dots1,
    ernie45,
    ernie45Moe,
    exaone,
    exaone4,
    exaoneMoe,
    gemma,
    gemma2,
    gemma3,
    gemma3n,
    gemma4,
    glm4,
    glmDsa,
    glm4Moe,
    gptOss,
    granite,
    graniteHybrid,
    graniteMoe,
    hunyuanDense,
    hunyuanMoe,
    hyV3,
    internlm2,
    laguna,
    llama,
    llama4,
    mimo2,
    minicpm,
    minimaxM2,
    mistral3,
    mistral4,
    museGlimmer,
    nemotron,
    olmo2,
    olmoe,
    phi2,
    phi3,
    phimoe,
    qwen2,
    qwen2moe,
    qwen2vl,
    qwen3,
    qwen35,
    qwen35moe,
    qwen3moe,
    qwen3next,
    qwen3vl,
    qwen3vlmoe,
    seedOss,
    smollm3,
    stablelm,
    starcoder2,
    step35,
    falconH1,
    jamba,
    kimiLinear,
    lfm2,
    lfm2moe,
    nemotronH,
    nemotronHMoe,
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
