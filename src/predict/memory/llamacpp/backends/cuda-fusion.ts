import { isContiguous, type GraphTensor, type Operation } from "../graph/tensor.ts";
import type { KeptTensor } from "./backend.ts";
import { moveSharedExperts } from "./cuda-shared-expert.ts";

/** most experts a token may use for their sum to be one kernel */
const MOST_USED = 15;

export type ExpertFusion = "none" | "sum" | "sum-and-choice";

/**
 * The CUDA back end keeps tensors alive that its fused kernels for experts read (ggml-cuda.cu, `ggml_backend_cuda_graph_optimize`):
 * what the weighted sum over experts reads until the sum (September 2026), and all of an expert choice until the node behind it
 * (October 2026), when products of shared experts move too.
 */
export function keepForExperts(nodes: GraphTensor[], fusion: ExpertFusion, keep: (kept: KeptTensor) => void): void {
  if (fusion === "none") return;
  if (fusion === "sum-and-choice") moveSharedExperts(nodes, keep);
  for (let index = 0; index < nodes.length; index++) {
    const sum = weightedSum(nodes, index);
    if (sum > 0) {
      keepSources(nodes[index]!, nodes[index + sum - 1]!, keep);
      index += sum - 1;
    }
    const choice = fusion === "sum" ? 0 : expertChoice(nodes, index);
    const behind = nodes[index + choice];
    if (choice === 0 || behind === undefined) continue;
    for (const node of nodes.slice(index, index + choice)) {
      keep({ tensor: node, until: behind });
      keepSources(node, behind, keep);
    }
    index += choice - 1;
  }
}

function keepSources({ sources }: GraphTensor, until: GraphTensor, keep: (kept: KeptTensor) => void): void {
  for (const tensor of sources) if (tensor !== undefined) keep({ tensor, until });
}

/** Length of: experts times their weights, a view of every expert's part, the parts added up. 0 = no match. */
function weightedSum(nodes: readonly GraphTensor[], start: number): number {
  const product = nodes[start]!;
  const [experts, weights] = product.sources;
  if (product.operation !== "mul" || experts === undefined || weights?.shape[0] !== 1) return 0;
  if (weights.shape[1] !== product.shape[1] || weights.shape[2] !== product.shape[2]) return 0;
  const used = product.shape[1];
  if (used < 2 || used > MOST_USED || !isContiguous(product)) return 0;
  let views = 0;
  let additions = 0;
  for (const node of nodes.slice(start + 1, start + 2 * used)) {
    if (node.operation === "view" && node.sources[0] === product && views < used) views += 1;
    else if (node.operation === "add" && views >= additions + 2) additions += 1;
    else return 0;
  }
  return views === used && additions === used - 1 ? 2 * used : 0;
}

const CHOICE: readonly Operation[] = ["reshape", "argsort", "view", "get_rows"];
const BIASED_CHOICE: readonly Operation[] = ["reshape", "add", "argsort", "view", "get_rows"];
const NORM: readonly Operation[] = ["reshape", "sum_rows", "clamp", "div", "reshape"];

/**
 * Length of: softmax or sigmoid over experts, the order of the chances (with a bias or without), the best few and their weights,
 * made to sum to one. 0 = no match.
 */
function expertChoice(nodes: readonly GraphTensor[], start: number): number {
  const chances = nodes[start]!;
  if (chances.sources.length > 1 || (chances.operation !== "soft_max" && chances.operation !== "unary")) return 0;
  const choice = [CHOICE, BIASED_CHOICE].find((operations) => follows(nodes, start + 1, operations));
  if (choice === undefined) return 0;
  let length = 1 + choice.length;
  const ranked = nodes[start + length - 3]!.sources[0];
  if (ranked !== chances && ranked !== nodes[start + 2]) return 0;
  if (follows(nodes, start + length, NORM)) length += NORM.length;
  else if (nodes[start + length]?.operation === "reshape") return isChoice(nodes, start, length) ? length : 0;
  if (nodes[start + length]?.operation === "scale") length += 1;
  return isChoice(nodes, start, length) ? length : 0;
}

function follows(nodes: readonly GraphTensor[], start: number, operations: readonly Operation[]): boolean {
  return operations.every((operation, index) => nodes[start + index]?.operation === operation);
}

/** The kernel exists for powers of two up to 512 experts, 288 and 576. */
function isChoice(nodes: readonly GraphTensor[], start: number, length: number): boolean {
  const experts = nodes[start]!.shape[0];
  const size = (experts <= 512 && Number.isInteger(Math.log2(experts))) || experts === 288 || experts === 576;
  return size && isContiguous(nodes[start + length - 1]!);
}
