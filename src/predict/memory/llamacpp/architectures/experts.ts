import type { ExpertFeedForward } from "../../../../facts/model/index.ts";
import {
  addForExperts,
  contiguous,
  getRows,
  like,
  multiplyExperts,
  multiplyMatrix,
  repeat,
  reshape,
  sumRows,
  view,
} from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import type { GraphBuilder } from "./builder.ts";
import { bestOf, inBestGroups } from "./expert-choice.ts";
import { activated, denseFeedForward, gatedProduct, type Activation } from "./feed-forward.ts";

/** How experts are chosen and weighed, where an architecture says it and not the file. */
export interface Routing {
  /** chances from a softmax or a sigmoid over all experts, or a softmax over the chosen ones only */
  readonly gating?: "softmax" | "sigmoid" | "softmax-of-chosen";
  /** the same where neither this nor the file says it; else a softmax */
  readonly usualGating?: "sigmoid";
  /** weights of the chosen are made to sum to one (the usual), or where the file says so */
  readonly normalized?: boolean | "as-file";
  /** what experts read is weighed, not what they give, and they are chosen by the scores as they are */
  readonly weighsInputs?: true;
  /** between up and down of experts without a gate */
  readonly activation?: Activation;
  /** what gate and up become, where it is not the usual product */
  readonly gatedBy?: (gate: GraphTensor, up: GraphTensor) => GraphTensor;
  /** the last matrix must read what it is given as it is (builds that ask for it) */
  readonly precise?: true;
  /** the shared expert's gate is an activation divided by what it was made from */
  readonly sharedGate?: "divided";
}

/**
 * The best few experts for every token, their results weighed and added (llama-graph.cpp, `build_moe_ffn`), and what experts that
 * see every token add to it.
 */
export function expertFeedForward(
  builder: GraphBuilder,
  x: GraphTensor,
  layer: number,
  experts: ExpertFeedForward,
  routing: Routing = {},
): GraphTensor {
  const sum = chosenExperts(builder, x, layer, experts, routing);
  if (builder.optional("ffn_down_shexp", layer) === undefined) return sum;
  const shared = denseFeedForward(builder, x, layer, { suffix: "_shexp", activation: routing.activation });
  const gate = builder.optional("ffn_gate_inp_shexp", layer);
  if (gate === undefined) return like("add", sum, shared);
  const score = multiplyMatrix(gate, x);
  const open = routing.sharedGate === "divided" ? like("div", like("unary", score), score) : like("unary", score);
  return like("add", sum, like("mul", shared, open));
}

/** `router` is what the choice is made from, where that is not `x` itself. */
export function chosenExperts(
  builder: GraphBuilder,
  x: GraphTensor,
  layer: number,
  experts: ExpertFeedForward,
  routing: Routing,
  router = x,
): GraphTensor {
  const { graph } = builder;
  const [width, tokens] = x.shape;
  const used = experts.expertsUsed;
  const { ids, shares } = choose(builder, router, layer, experts, routing);
  const { weighsExpertsFirst } = builder.request.build;
  if (weighsExpertsFirst) graph.expand(shares);
  let rows = reshape(x, [width, 1, tokens]);
  if (routing.weighsInputs === true) rows = like("mul", repeat(rows, [width, used, tokens]), shares);
  const gated = activatedExperts(builder, rows, ids, layer, routing);
  const precise = routing.precise === true && builder.request.build.preciseExperts;
  const each = biased(builder, scaledProduct(builder, "down", gated, ids, layer, precise), "down", layer, ids);
  const weighted = routing.weighsInputs === true ? each : like("mul", each, shares);
  if (weighsExpertsFirst) graph.expand(weighted);
  return sumOverExperts(builder, weighted, used, weighsExpertsFirst);
}

interface Choice {
  /** [experts used, tokens] */
  readonly ids: GraphTensor;
  /** weight of every chosen expert, [1, experts used, tokens] */
  readonly shares: GraphTensor;
}

function choose(
  builder: GraphBuilder,
  x: GraphTensor,
  layer: number,
  experts: ExpertFeedForward,
  routing: Routing,
): Choice {
  const tokens = x.shape[1];
  const used = experts.expertsUsed;
  const gating = routing.gating ?? experts.gating ?? routing.usualGating ?? "softmax";
  const scores = builder.project(x, "ffn_gate_inp", layer);
  const chances = gating === "softmax-of-chosen" ? scores : like(gating === "sigmoid" ? "unary" : "soft_max", scores);
  const bias = builder.optional("exp_probs_b", layer, "bias") ?? builder.optional("exp_probs_b", layer, "");
  let ranked = bias === undefined ? chances : like("add", chances, bias);
  if (routing.weighsInputs === true) ranked = scores;
  const { weighsExpertsFirst } = builder.request.build;
  if (weighsExpertsFirst && (experts.expertGroups ?? 1) > 1)
    ranked = inBestGroups(ranked, experts.expertGroups!, experts.expertGroupsUsed!);
  const ids = bestOf(ranked, used);
  let shares = getRows(reshape(chances, [1, experts.experts, tokens]), ids);
  if (gating === "softmax-of-chosen") {
    shares = reshape(like("soft_max", reshape(shares, [used, tokens])), [1, used, tokens]);
  }
  if (routing.normalized === "as-file" ? experts.normalized === true : (routing.normalized ?? true)) {
    const weights = reshape(shares, [used, tokens]);
    const total = weighsExpertsFirst ? like("clamp", sumRows(weights)) : sumRows(weights);
    shares = reshape(like("div", weights, total), [1, used, tokens]);
  }
  return { ids, shares: experts.scaled === true ? like("scale", shares) : shares };
}

/** Gate and up multiplied: two products, or the halves of one where the file has both matrices as one; up alone without a gate. */
function activatedExperts(
  builder: GraphBuilder,
  rows: GraphTensor,
  ids: GraphTensor,
  layer: number,
  { activation, gatedBy }: Routing,
): GraphTensor {
  const product = (name: string): GraphTensor =>
    biased(builder, scaledProduct(builder, name, rows, ids, layer), name, layer, ids);
  if (builder.optional("ffn_gate_up_exps", layer) !== undefined) {
    const both = product("gate_up");
    const half = [both.shape[0] / 2, both.shape[1], both.shape[2]];
    const strides = [both.strides[1], both.strides[2]];
    return gatedProduct(builder, view(both, half, strides), view(both, half, strides));
  }
  const up = product("up");
  const gated = builder.optional("ffn_gate_exps", layer) !== undefined;
  if (!gated) return activated(up, activation);
  return gatedBy === undefined ? gatedProduct(builder, product("gate"), up) : gatedBy(product("gate"), up);
}

/** A product with the chosen experts' matrices, and where the file has a factor for each expert, times that. */
function scaledProduct(
  builder: GraphBuilder,
  name: string,
  rows: GraphTensor,
  ids: GraphTensor,
  layer: number,
  precise = false,
): GraphTensor {
  const product = multiplyExperts(builder.weight(`ffn_${name}_exps`, layer), rows, ids);
  product.precise = precise;
  const scales = builder.optional(`ffn_${name}_exps`, layer, "scale");
  if (scales === undefined) return product;
  const [experts] = scales.shape;
  const everywhere = repeat(reshape(scales, [1, experts, 1]), [1, experts, rows.shape[2]]);
  return like("mul", product, getRows(everywhere, ids));
}

function biased(
  builder: GraphBuilder,
  product: GraphTensor,
  name: string,
  layer: number,
  ids: GraphTensor,
): GraphTensor {
  const bias = builder.optional(`ffn_${name}_exps`, layer, "bias");
  return bias === undefined ? product : addForExperts(product, bias, ids);
}

/** Views of every expert's share, added one after the other. */
function sumOverExperts(builder: GraphBuilder, weighted: GraphTensor, used: number, inOrder: boolean): GraphTensor {
  const [width, , tokens] = weighted.shape;
  const views = Array.from({ length: used }, () => view(weighted, [width, tokens], [weighted.strides[2]]));
  if (inOrder) for (const each of views) builder.graph.expand(each);
  let sum = views[0]!;
  for (const each of views.slice(1)) {
    sum = like("add", sum, each);
    if (inOrder) builder.graph.expand(sum);
  }
  return used === 1 ? contiguous(sum, sum.shape) : sum;
}
