import { describe, expect, it } from "vitest";
import { elementType, F32, I32 } from "../graph/element.ts";
import { Graph } from "../graph/graph.ts";
import { input, like, multiplyExperts, multiplyMatrix, reshape } from "../graph/operations.ts";
import { GraphTensor } from "../graph/tensor.ts";
import { cudaBuffer } from "./cuda.ts";
import { moveSharedExperts } from "./cuda-shared-expert.ts";

const RULES = { reservesCopies: true, mixedTypes: true, expertFusion: "sum-and-choice" } as const;
const DEVICE = cudaBuffer("CUDA0", 0, RULES);
const WIDTH = 256;

/** A matrix on the device; `staged`: a copy of one that lies on the host. */
function matrix(columns: number, experts: number, staged = false): GraphTensor {
  const store = { bufferType: DEVICE, usage: "weights" } as const;
  return new GraphTensor("none", elementType("Q4_K")!, [WIDTH, columns, experts, 1], [], staged ? {} : { store });
}

/** Experts of 512 columns, something in between, and a shared expert of `columns`. */
function moved(columns: number, staged = false): { order: string[]; kept: string[] } {
  const graph = new Graph();
  const x = like("scale", input(F32, [WIDTH, 4]));
  const ids = input(I32, [2, 4]);
  const rows = reshape(x, [WIDTH, 1, 4]);
  const up = multiplyExperts(matrix(512, 8, staged), rows, ids);
  graph.expand(like("glu", multiplyExperts(matrix(512, 8, staged), rows, ids), up));
  graph.expand(like("unary", x));
  const sharedUp = multiplyMatrix(matrix(columns, 1), x);
  graph.expand(like("glu", multiplyMatrix(matrix(columns, 1), x), sharedUp));
  const kept: string[] = [];
  moveSharedExperts(graph.nodes, ({ tensor, until }) => kept.push(`${tensor.operation} until ${until.operation}`));
  return { order: graph.nodes.map(({ operation }) => operation), kept };
}

const APART = ["scale", "reshape", "mul_mat_id", "mul_mat_id", "glu", "unary", "mul_mat", "mul_mat", "glu"];

describe("a shared expert", () => {
  it("as wide as the others moves up behind them, and what they read is kept until then", () => {
    const { order, kept } = moved(512);
    expect(order).toEqual([...APART.slice(0, 5), "mul_mat", "mul_mat", "glu", "unary"]);
    expect(kept).toEqual(["reshape until glu", "none until glu"]);
  });

  it("of another width stays where it is", () => {
    expect(moved(1024)).toEqual({ order: APART, kept: [] });
  });

  it("stays where it is when the experts are copied from the host", () => {
    expect(moved(512, true)).toEqual({ order: APART, kept: [] });
  });
});
