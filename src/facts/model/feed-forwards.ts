import type { ArchitectureKeys } from "./architecture-keys.ts";
import type { ExpertFeedForward, FeedForward } from "./geometry.ts";
import { type LayerTensors, weightOf } from "./layer-tensors.ts";

/** What each layer computes after mixing: the shapes of its tensors say it for every architecture alike. */
export function feedForwardsOf(keys: ArchitectureKeys, layers: readonly LayerTensors[]): FeedForward[] {
  const zeros = layers.map(() => 0);
  const used = keys.perLayer("expert_used_count", zeros);
  const declared = keys.perLayer("feed_forward_length", zeros);
  return layers.map((tensors, layer) => {
    const experts = expertsOf(tensors);
    if (experts) return expertFeedForward(keys, tensors, experts, used[layer]!, layer);
    const length = denseLength(tensors);
    if (length === 0) return { kind: "none" };
    checkLength(keys, length, declared[layer]!, layer);
    return { kind: "dense", length, gated: isGated(tensors, length) };
  });
}

/** Qwen 1 counts gate and up together, so that the key is twice the length. */
function checkLength(keys: ArchitectureKeys, length: number, declared: number, layer: number): void {
  if (declared === 0 || declared === length || declared === 2 * length) return;
  const got = `${length} columns in tensor "blk.${layer}.ffn_down.weight"`;
  throw keys.contradiction("feed_forward_length", declared, got);
}

/** Input width of the matrix back to the residual stream; RWKV calls it another name. */
function denseLength(tensors: LayerTensors): number {
  return weightOf(tensors, "ffn_down", "channel_mix_value")?.shape[0] ?? 0;
}

/** A gate matrix of its own, or one of double width for gate and up together. */
function isGated(tensors: LayerTensors, length: number): boolean {
  return weightOf(tensors, "ffn_gate") !== undefined || weightOf(tensors, "ffn_up")?.shape[1] === 2 * length;
}

/** Experts stacked in one tensor of three dimensions, or (files of 2023) a tensor each. */
function expertsOf(tensors: LayerTensors): { count: number; length: number } | undefined {
  const [length, , count] = weightOf(tensors, "ffn_down_exps")?.shape ?? [];
  if (length !== undefined) return { count: count ?? 1, length };
  const single = tensors.get("ffn_down.0.weight");
  if (!single) return undefined;
  let experts = 1;
  while (tensors.has(`ffn_down.${experts}.weight`)) experts += 1;
  return { count: experts, length: single.shape[0]! };
}

/** `llama_expert_gating_func_type` of llama.cpp; 0 leaves it to the architecture. */
const GATINGS: readonly ExpertFeedForward["gating"][] = [undefined, "softmax", "sigmoid", "softmax-of-chosen"];

function expertFeedForward(
  keys: ArchitectureKeys,
  tensors: LayerTensors,
  experts: { count: number; length: number },
  expertsUsed: number,
  layer: number,
): ExpertFeedForward {
  const declared = keys.count("expert_count") ?? 0;
  if (declared !== experts.count) {
    const got = `${experts.count} experts in the tensors of layer ${layer}`;
    throw keys.contradiction("expert_count", declared, got);
  }
  if (expertsUsed < 1 || expertsUsed > declared) {
    throw keys.contradiction("expert_used_count", `1 to ${declared} experts`, expertsUsed);
  }
  const expertGroups = keys.count("expert_group_count") ?? 0;
  const gating = GATINGS[keys.count("expert_gating_func") ?? 0];
  const normalized = keys.flag("expert_weights_norm");
  const scale = keys.number("expert_weights_scale") ?? 0;
  const latent = weightOf(tensors, "ffn_latent_down", "ffn_routed_down")?.shape[1];
  return {
    kind: "experts",
    experts: declared,
    expertsUsed,
    expertLength: experts.length,
    sharedLength: weightOf(tensors, "ffn_down_shexp")?.shape[0] ?? 0,
    denseSideLength: weightOf(tensors, "ffn_down")?.shape[0] ?? 0,
    ...(gating !== undefined && { gating }),
    ...(normalized !== undefined && { normalized }),
    ...(scale !== 0 && scale !== 1 && { scaled: true as const }),
    ...(latent !== undefined && { latentLength: latent }),
    ...(expertGroups > 1 && { expertGroups, expertGroupsUsed: keys.count("expert_group_used_count") ?? 0 }),
  };
}
