import { describe, expect, it } from "vitest";
import { cpuBuffer } from "../backends/cpu.ts";
import { F32 } from "../graph/element.ts";
import { Graph } from "../graph/graph.ts";
import { contiguous, input, like, reshape } from "../graph/operations.ts";
import type { GraphTensor } from "../graph/tensor.ts";
import { GraphAllocator } from "./graph-allocator.ts";

/** bytes of one tensor of the tests */
const UNIT = 1024;

function vector(): GraphTensor {
  return input(F32, [UNIT / 4]);
}

function highWater(...results: GraphTensor[]): number {
  const graph = new Graph();
  for (const result of results) graph.expand(result);
  const place = (tensor: GraphTensor): { tensor: GraphTensor; buffer: number } => ({ tensor, buffer: 0 });
  const [sizes] = new GraphAllocator([cpuBuffer(32)]).reserve(graph.nodes.map(place), graph.leaves.map(place));
  return sizes!.reduce((sum, size) => sum + size, 0) / UNIT;
}

describe("graph allocator", () => {
  it("reuses an operand's memory in place", () => {
    expect(highWater(like("scale", like("scale", vector())))).toBe(1);
  });

  it("does not where the operand is read again", () => {
    const shared = like("scale", vector());
    expect(highWater(like("add", like("scale", shared), shared))).toBe(2);
  });

  it("does not for an operation that cannot work in place", () => {
    expect(highWater(contiguous(vector(), [UNIT / 4]))).toBe(2);
  });

  it("gives memory back after the last reader", () => {
    const copy = (tensor: GraphTensor): GraphTensor => contiguous(tensor, [UNIT / 4]);
    expect(highWater(copy(copy(copy(copy(vector())))))).toBe(2);
  });

  it("never takes over a view, and keeps what is viewed as long as the view is read", () => {
    const viewed = like("scale", vector());
    expect(highWater(like("scale", reshape(viewed, [UNIT / 8, 2])))).toBe(2);
  });

  it("never gives an output back or reuses it", () => {
    const output = like("scale", vector());
    output.output = true;
    expect(highWater(like("scale", output))).toBe(2);
  });

  it("holds every input from the start", () => {
    expect(highWater(like("add", like("scale", vector()), vector()), vector())).toBe(3);
  });
});
