import { isContiguous, type GraphTensor, type Operation } from "../graph/tensor.ts";
import type { KeptTensor } from "./backend.ts";

/**
 * Gate and up of the shared expert are computed in one kernel with those of the chosen experts (ggml-cuda.cu,
 * `ggml_cuda_match_shared_expert`): its three nodes move up behind theirs, and what theirs read is kept until then.
 */
export function moveSharedExperts(nodes: GraphTensor[], keep: (kept: KeptTensor) => void): void {
  for (let routed = 0; routed + 5 < nodes.length; routed++) {
    if (nodes[routed]!.operation !== "mul_mat_id") continue;
    const shared = sharedBehind(nodes, routed);
    if (shared === undefined) continue;
    nodes.splice(routed + 3, 0, ...nodes.splice(shared, 3));
    const [, rows, ids] = nodes[routed + 2]!.sources[1]!.sources;
    for (const tensor of [rows, ids]) if (tensor !== undefined) keep({ tensor, until: nodes[routed + 5]! });
    routed += 5;
  }
}

/** Where the shared expert's three nodes stand, searched up to the next layer's experts. */
function sharedBehind(nodes: readonly GraphTensor[], routed: number): number | undefined {
  if (!isTriple(nodes, routed, "mul_mat_id")) return undefined;
  for (let at = routed + 3; at + 2 < nodes.length; at++) {
    if (nodes[at]!.operation === "mul_mat_id" && nodes[at + 1]!.operation === "mul_mat_id") return undefined;
    if (isTriple(nodes, at, "mul_mat") && isAlike(nodes[routed + 2]!, nodes[at + 2]!)) return at;
  }
  return undefined;
}

/** Two products and the gated product of both. */
function isTriple(nodes: readonly GraphTensor[], at: number, operation: Operation): boolean {
  const [one, other, glu] = [nodes[at], nodes[at + 1], nodes[at + 2]];
  if (one?.operation !== operation || other?.operation !== operation || glu?.operation !== "glu") return false;
  return glu.sources.length === 2 && glu.sources.includes(one) && glu.sources.includes(other);
}

/** Both read the same rows, through matrices of the same quantised type and shape that lie on the device. */
function isAlike(routed: GraphTensor, shared: GraphTensor): boolean {
  const [gate, up] = [routed.sources[0]!, routed.sources[1]!];
  const [sharedGate, sharedUp] = [shared.sources[0]!, shared.sources[1]!];
  const [weight, rows] = [up.sources[0]!, up.sources[1]!];
  const [sharedWeight, sharedRows] = [sharedUp.sources[0]!, sharedUp.sources[1]!];
  if (!isPair(gate, up) || !isPair(sharedGate, sharedUp)) return false;
  if (weight.store === undefined || !weight.type.quantized || weight.type !== sharedWeight.type) return false;
  if (weight.shape[0] !== sharedWeight.shape[0] || weight.shape[1] !== sharedWeight.shape[1]) return false;
  if (rows.operation !== "reshape" || rows.sources[0] !== sharedRows || rows.shape[1] !== 1) return false;
  return isContiguous(rows) && isContiguous(sharedRows) && isContiguous(routed) && isContiguous(shared);
}

/** Gate and up can be one kernel: same rows, same chosen experts, matrices alike. */
function isPair(gate: GraphTensor, up: GraphTensor): boolean {
  const [weight, other] = [gate.sources[0]!, up.sources[0]!];
  if (weight.type !== other.type || weight.shape.some((length, dimension) => length !== other.shape[dimension])) {
    return false;
  }
  return gate.sources[1] === up.sources[1] && gate.sources[2] === up.sources[2];
}
