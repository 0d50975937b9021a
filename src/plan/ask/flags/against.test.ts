import { expect, test } from "vitest";
import { againstQuestion } from "./against.ts";

const FIRST = { gpu: ["rtx-3090"], ram: "64GB", context: 8192, quant: "Q4_K_M" } as const;

test.each([
  [":Q8_0", "qwen3-8b:Q8_0", { gpu: ["rtx-3090"], ram: "64GB", context: 8192 }],
  ["--gpu rtx-4090", "qwen3-8b:Q6_K", { gpu: ["rtx-4090"], context: 8192, quant: "Q4_K_M" }],
  ["--gpu 2x rtx-3090 --users 4", "qwen3-8b:Q6_K", { gpu: ["2x rtx-3090"], users: 4, context: 8192, quant: "Q4_K_M" }],
  ["--context=32k", "qwen3-8b:Q6_K", { ...FIRST, context: 32_768 }],
  ['"qwen3 14b" --vram 16GB', "qwen3 14b", { vram: ["16GB"], context: 8192 }],
  ["qwen3 14b", "qwen3 14b", { gpu: ["rtx-3090"], ram: "64GB", context: 8192 }],
])("%s is the first question with that changed", (text, model, flags) => {
  expect(againstQuestion(text, "qwen3-8b:Q6_K", FIRST)).toEqual({ model, flags });
});

test.each(["--gpus rtx-3090", "--context", "--context many", "--kv-type q7"])("%s says what is wrong", (text) => {
  expect(() => againstQuestion(text, "qwen3-8b", {})).toThrow(expect.objectContaining({ exitCode: 2 }));
});
