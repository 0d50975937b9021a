import { expect, test } from "vitest";
import { coarseTraining } from "./index.ts";

const tensors = [
  { name: "token_embd.weight", shape: [64, 1000] },
  { name: "blk.0.attn_q.weight", shape: [64, 64] },
  { name: "blk.0.attn_norm.weight", shape: [64] },
];

test("matrices in four bits, the rest in sixteen; the largest first", () => {
  const rows = coarseTraining(tensors);
  expect(rows.map(({ key }) => key)).toEqual(["full-mixed", "full-16", "lora", "qlora"]);
  expect(rows.map(({ value }) => value)).toEqual([68_160 * 18, 68_160 * 8, 68_160 * 2, 4096 * 0.5625 + 64_064 * 2]);
  expect(rows[3]!.formula).toBe("4,096 weights x 0.5625 B + 64,064 weights x 2 B");
});
