import type { ExpertFeedForward } from "../geometry.ts";

/** What a file says of the choice of experts beyond their number. */
type Routing = Pick<ExpertFeedForward, "expertGroups" | "expertGroupsUsed" | "gating" | "normalized" | "scaled">;

const V3: Routing = { gating: "sigmoid", normalized: true, scaled: true };
const IN_GROUPS: Routing = { ...V3, expertGroups: 8, expertGroupsUsed: 4 };

/**
 * By architecture, where all its models say the same. Architectures without a row say nothing: the engine knows.
 * Source: `scoring_func`, `norm_topk_prob`, `routed_scaling_factor`, `n_group` and `topk_group` of the publishers'
 * `config.json`, as the converters of llama.cpp b11434 (`conversion/*.py`) carry them over.
 */
const OF_ARCHITECTURE: Readonly<Record<string, Routing>> = {
  bailingmoe2: IN_GROUPS,
  deepseek2: V3,
  dots1: V3,
  "exaone-moe": V3,
  glm4moe: V3,
  "kimi-linear": { gating: "sigmoid", scaled: true },
  lfm2moe: { gating: "sigmoid" },
  "minimax-m2": { gating: "sigmoid" },
};

/** Models that say something else. */
const OF_MODEL: Readonly<Record<string, Routing>> = {
  "deepseek-ai/DeepSeek-V3": IN_GROUPS,
  "deepseek-ai/DeepSeek-V2-Lite-Chat": { gating: "softmax" },
  "deepseek-ai/DeepSeek-Coder-V2-Instruct": {
    gating: "softmax",
    scaled: true,
    expertGroups: 8,
    expertGroupsUsed: 3,
  },
  "mistralai/Mistral-Large-3-675B-Instruct-2512": { gating: "softmax", normalized: true },
  // its factor is 1
  "zai-org/GLM-4.5-Air": { gating: "sigmoid", normalized: true },
};

export function routingOf(id: string, architecture: string): Routing {
  return OF_MODEL[id] ?? OF_ARCHITECTURE[architecture] ?? {};
}
