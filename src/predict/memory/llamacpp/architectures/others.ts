import type { Architecture } from "./architecture.ts";
import { bailingMoe3 } from "./bailing-moe3.ts";
import { cohere2, cohere2Moe, commandR, phi2 } from "./cohere.ts";
import { deci } from "./deci.ts";
import { deepseek2, mistral4 } from "./deepseek2.ts";
import { deepseek32, glmDsa } from "./deepseek32.ts";
import { eagle3 } from "./eagle3.ts";
import { ENCODERS } from "./encoders.ts";
import { falconH1 } from "./falcon-h1.ts";
import { afmoe, laguna, museGlimmer, step35 } from "./gated-output.ts";
import { gemma3n } from "./gemma3n.ts";
import { gemma4 } from "./gemma4.ts";
import { glm5Next } from "./glm5-next.ts";
import { graniteHybrid } from "./granite-hybrid.ts";
import { jamba } from "./jamba.ts";
import { kimiK3 } from "./kimi-k3.ts";
import { kimiLinear } from "./kimi-linear.ts";
import { lfm2, lfm2moe } from "./lfm2.ts";
import { nemotronH, nemotronHMoe } from "./nemotron-h.ts";
import { qwen35, qwen35moe } from "./qwen35.ts";
import { qwen3next } from "./qwen3next.ts";
import { bitnet } from "./bitnet.ts";
import { gemma2 } from "./gemma2.ts";
import { llama4 } from "./llama4.ts";
import { nemotron, stablelm, starcoder2 } from "./mean-norm.ts";
import { minimax01 } from "./minimax-01.ts";
import { minimaxM3 } from "./minimax-m3.ts";
import { mimo2 } from "./mimo2.ts";
import { minimaxM2, olmo2, olmoe } from "./whole-norm.ts";

/**
 * Architectures with a frame of their own (encoders, hybrids, latent attention, streams beside the residual one), and decoders with
 * norms or attention unlike others': a page loads them when it is asked about one.
 */
export const OTHERS: readonly Architecture[] = [
  ...ENCODERS,
  afmoe,
  bailingMoe3,
  cohere2,
  cohere2Moe,
  commandR,
  deci,
  deepseek2,
  deepseek32,
  eagle3,
  gemma3n,
  gemma4,
  glm5Next,
  glmDsa,
  graniteHybrid,
  laguna,
  mistral4,
  museGlimmer,
  phi2,
  qwen35,
  qwen35moe,
  qwen3next,
  step35,
  falconH1,
  jamba,
  kimiK3,
  kimiLinear,
  lfm2,
  lfm2moe,
  nemotronH,
  nemotronHMoe,
  bitnet,
  gemma2,
  llama4,
  nemotron,
  stablelm,
  starcoder2,
  mimo2,
  minimax01,
  minimaxM2,
  minimaxM3,
  olmo2,
  olmoe,
];
