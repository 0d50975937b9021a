import type { ExpertFeedForward } from "../geometry.ts";
import type { ConfigValues } from "./config-values.ts";

/** How experts are chosen, as far as it reaches a GGUF file. */
export type Routing = Pick<ExpertFeedForward, "gating" | "normalized" | "scaled" | "expertGroups" | "expertGroupsUsed">;

interface RoutingKeys {
  readonly gating?: "sigmoid";
  readonly normalized?: string | true;
  readonly scale?: string;
}

const usual = { normalized: "norm_topk_prob", scale: "routed_scaling_factor" } as const;

/**
 * Which keys converters carry over, by architecture; what they leave behind is the engine's own, whatever the configuration
 * says. Source: `add_expert_*` in `conversion/*.py` of llama.cpp b11434.
 */
const KEYS: Readonly<Record<string, RoutingKeys>> = {
  afmoe: { normalized: "route_norm", scale: "route_scale" },
  bailingmoe: { normalized: "norm_topk_prob" },
  bailingmoe2: usual,
  bailingmoe3: usual,
  cohere2moe: { normalized: "norm_topk_prob" },
  deepseek2: usual,
  deepseek32: usual,
  dots1: usual,
  "exaone-moe": usual,
  "glm-dsa": usual,
  "glm5-next": { ...usual, gating: "sigmoid" },
  glm4moe: { ...usual, gating: "sigmoid" },
  hy_v3: { gating: "sigmoid", normalized: "route_norm", scale: "router_scaling_factor" },
  "kimi-k3": { normalized: "moe_renormalize", scale: "routed_scaling_factor" },
  "kimi-linear": { scale: "routed_scaling_factor" },
  laguna: { gating: "sigmoid", normalized: true, scale: "moe_routed_scaling_factor" },
  lfm2moe: { gating: "sigmoid" },
  "minimax-m3": { gating: "sigmoid", normalized: true, scale: "routed_scaling_factor" },
  mistral4: usual,
  nemotron_h_moe: usual,
  step35: { normalized: "norm_expert_weight", scale: "moe_router_scaling_factor" },
};

const SCORES = [
  "score_function",
  "scoring_func",
  "score_func",
  "moe_router_activation",
  "moe_router_activation_func",
  "expert_selection_fn",
];

export function routing(values: ConfigValues, architecture: string): Routing {
  const keys = KEYS[architecture] ?? {};
  const score = SCORES.map((key) => values.text(key)).find((found) => found !== undefined);
  const gating = keys.gating ?? (score === "sigmoid" || score === "softmax" ? score : undefined);
  const normalized = typeof keys.normalized === "string" ? values.flag(keys.normalized) : keys.normalized;
  const scale = keys.scale === undefined ? undefined : values.number(keys.scale);
  const groups = values.count("n_group") ?? 0;
  return {
    ...(gating !== undefined && { gating }),
    ...(normalized !== undefined && { normalized }),
    ...(scale !== undefined && scale !== 0 && scale !== 1 && { scaled: true as const }),
    ...(groups > 1 && { expertGroups: groups, expertGroupsUsed: values.count("topk_group") ?? 0 }),
  };
}
