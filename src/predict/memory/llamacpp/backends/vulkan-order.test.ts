import { describe, expect, it } from "vitest";
import { F32, I32, I64 } from "../graph/element.ts";
import { Graph } from "../graph/graph.ts";
import { input, like, multiplyMatrix, setRows, shortConvolution, view } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import { reorderForVulkan, type VulkanOrder } from "./vulkan-order.ts";

function ordered(order: VulkanOrder, ...results: GraphTensor[]): string[] {
  const graph = new Graph();
  for (const result of results) graph.expand(result);
  const nodes = [...graph.nodes];
  reorderForVulkan(nodes, order, () => undefined);
  expect(new Set(nodes)).toEqual(new Set(graph.nodes));
  return nodes.map((node) => node.operation);
}

describe("Vulkan's reordering", () => {
  it("brings independent products together", () => {
    const x = like("scale", input(F32, [8, 4]));
    const up = multiplyMatrix(input(F32, [8, 8]), x);
    const gated = like("unary", multiplyMatrix(input(F32, [8, 8]), x));
    expect(ordered("2026-09", like("mul", like("unary", up), gated))).toEqual([
      "scale",
      "mul_mat",
      "mul_mat",
      "unary",
      "unary",
      "mul",
    ]);
  });

  it("keeps a norm and its weight together", () => {
    const x = input(F32, [8, 4]);
    const normed = like("mul", like("rms_norm", x), input(F32, [8]));
    const other = like("scale", x);
    expect(ordered("2026-09", normed, other).slice(0, 2)).toEqual(["rms_norm", "mul"]);
  });

  it.each(["2026-09", "2026-10"] as const)("lets rotated keys be written at once (%s)", (order) => {
    const cache = input(F32, [8, 64]);
    const keys = like("rope", like("scale", input(F32, [8, 1, 4])), input(I32, [4]));
    const write = setRows(cache, view(keys, [8, 4], [keys.strides[2]]), input(I64, [4]));
    expect(ordered(order, write)).toEqual(["scale", "rope", "view", "set_rows"]);
  });

  it.each(["2026-09", "2026-10"] as const)(
    "keeps a short convolution, its bias and its activation together (%s)",
    (order) => {
      const convolved = shortConvolution(like("scale", input(F32, [7, 8])), input(F32, [4, 8]));
      const active = like("unary", like("add", convolved, input(F32, [8])));
      const beside = like("mul", like("unary", input(F32, [8, 4])), input(F32, [8]));
      const sorted = ordered(order, active, beside);
      const at = sorted.indexOf("ssm_conv");
      expect(sorted.slice(at, at + 3)).toEqual(["ssm_conv", "add", "unary"]);
    },
  );
});
