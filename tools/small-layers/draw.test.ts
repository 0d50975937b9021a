import { expect, it } from "vitest";
import { Random } from "../exactness/random.ts";
import { drawSmallSettings } from "./draw.ts";

it("draws the same by the same seed, on one to three devices, with layers left out and none", () => {
  const drawn = drawSmallSettings(new Random(3), 200, 4);
  expect(drawn).toEqual(drawSmallSettings(new Random(3), 200, 4));
  expect(new Set(drawn.map(({ devices }) => devices))).toEqual(new Set([1, 2, 3]));
  expect(new Set(drawn.map(({ gpuLayers }) => gpuLayers))).toEqual(new Set([1, 2, 3, 4, 5]));
});

it("never asks quantised values without flash attention", () => {
  const drawn = drawSmallSettings(new Random(4), 200, 4);
  expect(
    drawn.filter(({ cacheTypeV, flashAttention }) => cacheTypeV.startsWith("q") && flashAttention === false),
  ).toEqual([]);
});
