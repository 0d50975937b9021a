import type { Dimensions } from "../catalog/row.ts";
import type { ConfigValues } from "./config-values.ts";
import { denseLayers } from "./dense-layers.ts";
import type { ModelType } from "./model-types.ts";
import { routing } from "./routing.ts";

type Experts = NonNullable<Dimensions["experts"]>;

const COUNT = ["num_experts", "n_routed_experts", "num_local_experts", "moe_num_experts"];
const USED = [
  "num_experts_per_tok",
  "num_experts_per_token",
  "experts_per_token",
  "top_k_experts",
  "moe_k",
  "moe_topk",
  "moe_top_k",
];
const LENGTH = ["moe_intermediate_size", "expert_intermediate_size", "moe_ffn_hidden_size", "intermediate_size"];
/** width of all shared experts together */
const SHARED = [
  "shared_expert_intermediate_size",
  "moe_shared_expert_intermediate_size",
  "shared_intermediate_size",
  "share_expert_dim",
];
const SHARED_COUNT = ["n_shared_experts", "num_shared_experts", "moe_num_shared_experts", "num_shared_expert"];

/** The experts of the layers that have them, `undefined` for a dense model. */
export function expertsOf(
  values: ConfigValues,
  type: ModelType | undefined,
  architecture: string,
  layers: number,
): Experts | undefined {
  const count = values.count(...COUNT) ?? 0;
  // one expert is no choice: dense models of some families say so
  if (count <= 1) return undefined;
  const used = values.required(...USED);
  if (used > count)
    throw values.wrong(
      USED.find((key) => values.has(key))!,
      `at most ${count}`,
      used,
    );
  const length = values.required(...LENGTH);
  const shared = type?.sharedAsExperts ? length : sharedLength(values, architecture, length);
  const dense = denseLayers(values, layers);
  const latent = values.count("moe_latent_size", "routed_expert_hidden_size") ?? 0;
  return {
    count,
    used,
    length,
    ...(shared > 0 && { shared }),
    ...(latent > 0 && { latent }),
    ...(dense !== undefined && { dense }),
    ...routing(values, architecture),
  };
}

/** Gemma 4's dense part beside its experts stands in the same place. */
function sharedLength(values: ConfigValues, architecture: string, length: number): number {
  if (architecture === "gemma4") return values.count("intermediate_size") ?? 0;
  const count = values.count(...SHARED_COUNT);
  if (count === 0) return 0;
  return values.count(...SHARED) ?? (count ?? 0) * length;
}
