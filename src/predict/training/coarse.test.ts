import { expect, test } from "vitest";
import { adapterWeights, coarseTraining } from "./index.ts";

const tensors = [
  { name: "token_embd.weight", shape: [64, 1000] },
  { name: "blk.0.attn_q.weight", shape: [64, 64] },
  { name: "blk.0.attn_norm.weight", shape: [64] },
];

test("matrices in four bits, the rest in sixteen; the largest first", () => {
  const rows = coarseTraining(tensors);
  expect(rows.map(({ key }) => key)).toEqual(["full-mixed", "full-16", "lora", "qlora"]);
  expect(rows.map(({ value }) => value)).toEqual([
    68_160 * 18,
    68_160 * 8,
    68_160 * 2 + 2048 * 16,
    4096 * 0.5625 + 64_064 * 2 + 2048 * 16,
  ]);
  expect(rows[3]!.formula).toBe("4,096 weights x 0.5625 B + 64,064 weights x 2 B + 2,048 weights x 16 B");
});

test("as many adapter weights as a published run of PEFT counts: Llama 3.2 3B, rank 32 on queries and values", () => {
  const layers = Array.from({ length: 28 }, (_, layer) => [
    { name: `blk.${layer}.attn_q.weight`, shape: [3072, 3072] },
    { name: `blk.${layer}.attn_v.weight`, shape: [3072, 1024] },
    { name: `blk.${layer}.ffn_up.weight`, shape: [3072, 8192] },
  ]).flat();
  expect(adapterWeights(layers, 32, (name) => /attn_[qv]/.test(name))).toBe(9_175_040);
});
