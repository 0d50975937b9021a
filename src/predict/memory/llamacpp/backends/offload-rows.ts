import { type GraphTensor, rows } from "../graph/tensor.ts";

/** Rows by which the back ends judge whether copying a host weight pays. */
export function offloadRows(tensor: GraphTensor): number {
  if (tensor.operation === "get_rows") return 0;
  if (tensor.operation === "mul_mat") return tensor.shape[1];
  if (tensor.operation === "mul_mat_id" || tensor.operation === "rope") return tensor.shape[2];
  return rows(tensor.shape);
}
