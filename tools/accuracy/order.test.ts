import { expect, test } from "vitest";
import { orderScore } from "./order.ts";
import type { ScoredTerm } from "./score.ts";

const rate = (device: string, truth: number, predicted: number | null, other = {}): ScoredTerm => ({
  file: "x",
  line: 1,
  term: "tps",
  truth,
  predicted,
  refused: null,
  group: { kind: "decode", backend: "CUDA", device, question: "q", source: "owner/repo:a", ...other },
});

test("a pair of devices counts once, where the same people asked the same and the rates differ", () => {
  expect(orderScore([rate("a", 100, 90), rate("b", 50, 60), rate("c", 52, 80)])).toEqual({ pairs: 2, right: 2 });
  expect(orderScore([rate("a", 100, 50), rate("b", 50, 60)])).toEqual({ pairs: 1, right: 0 });
  expect(orderScore([rate("a", 100, null), rate("b", 50, 60)])).toEqual({ pairs: 0, right: 0 });
  expect(orderScore([rate("a", 100, 90), rate("b", 50, 60, { source: "another/one" })])).toEqual({
    pairs: 0,
    right: 0,
  });
});
