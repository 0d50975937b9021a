import { describe, expect, it } from "vitest";
import { F32, I32 } from "../graph/element.ts";
import { Graph } from "../graph/graph.ts";
import { getRows, input, like, multiplyExperts, reshape, sortOrder, view } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import { keepForExperts, type ExpertFusion } from "./cuda-fusion.ts";

/** The expert part of one layer: choice, products, weighted sum of `used` of 8 experts for 4 tokens. */
function graphOf(used: number): GraphTensor[] {
  const graph = new Graph();
  const chances = like("soft_max", like("scale", input(F32, [8, 4])));
  const ids = view(sortOrder(chances, I32), [used, 4], [32]);
  const weights = getRows(reshape(chances, [1, 8, 4]), ids);
  graph.expand(weights);
  const experts = multiplyExperts(input(F32, [16, 16, 8]), input(F32, [16, 1, 4]), ids);
  const weighted = like("mul", experts, weights);
  graph.expand(weighted);
  const parts = Array.from({ length: used }, () => view(weighted, [16, 4], [weighted.strides[2]]));
  for (const part of parts) graph.expand(part);
  let sum = parts[0]!;
  for (const part of parts.slice(1)) graph.expand((sum = like("add", sum, part)));
  graph.expand(like("scale", sum));
  return graph.nodes;
}

function kept(used: number, fusion: ExpertFusion): string[] {
  const list: string[] = [];
  keepForExperts(graphOf(used), fusion, ({ tensor, until }) =>
    list.push(`${tensor.operation} until ${until.operation}`),
  );
  return list;
}

describe("tensors kept for fused expert kernels", () => {
  it("are none in builds without the fusion", () => {
    expect(kept(2, "none")).toEqual([]);
  });

  it("are the operands of the weighted sum, until the sum", () => {
    expect(kept(2, "sum")).toEqual(["mul_mat_id until add", "get_rows until add"]);
  });

  it("are also all of the choice, until the node behind it", () => {
    const list = kept(2, "sum-and-choice");
    expect(list).toContain("soft_max until mul_mat_id");
    expect(list).toContain("scale until mul_mat_id");
    expect(list).toContain("mul_mat_id until add");
  });

  it("are not kept for a single expert", () => {
    expect(kept(1, "sum")).toEqual([]);
  });
});
