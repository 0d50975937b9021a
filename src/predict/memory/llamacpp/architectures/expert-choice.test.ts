import { expect, it } from "vitest";
import { F32 } from "../graph/element.ts";
import { Graph } from "../graph/graph.ts";
import { input } from "../graph/operations.ts";
import { bestOf, inBestGroups } from "./expert-choice.ts";

it("the best experts are the head of the whole order", () => {
  const best = bestOf(input(F32, [8, 5]), 2);
  expect(best.shape).toEqual([2, 5, 1, 1]);
  expect(best.owner!.operation).toBe("argsort");
  expect(best.strides[1]).toBe(8 * 4);
});

it("groups are ranked by their two best, and the result covers all experts again", () => {
  const graph = new Graph();
  const masked = inBestGroups(input(F32, [8, 5]), 4, 2);
  graph.expand(masked);
  expect(masked.shape).toEqual([8, 5, 1, 1]);
  expect(masked.owner!.operation).toBe("fill");
  const made = graph.nodes
    .filter(({ owner }) => owner === undefined)
    .map(({ operation, shape }) => [operation, ...shape]);
  expect(made).toEqual([
    ["argsort", 2, 4, 5, 1],
    ["get_rows", 1, 2, 4, 5],
    ["sum_rows", 1, 4, 5, 1],
    ["argsort", 4, 5, 1, 1],
    ["get_rows", 2, 2, 5, 1],
    ["fill", 2, 4, 5, 1],
  ]);
});
