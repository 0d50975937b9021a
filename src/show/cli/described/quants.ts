import { buildCommand } from "@stricli/core";
import { QUESTION_FLAGS } from "../../../plan/ask/flags/index.ts";
import { optionalModel } from "./shared.ts";

export const quants = buildCommand({
  loader: async () => (await import("../commands/quants.ts")).quants,
  parameters: {
    positional: optionalModel,
    flags: QUESTION_FLAGS.quants,
  },
  docs: {
    brief: "Which quantization: size, kernels, speed, published loss",
    fullDescription: [
      "Every scheme that exists for a model, the kernels that run it on a card and the",
      "programs that have them: exact size, what stays in 16 bit, speed, published loss",
      "with its source, what is not known, and which to take for one person or many.",
      "Exit code 0: something that is offered fits. 1: nothing does.",
      "",
      "Examples:",
      "  loadout quants qwen3.6-27b --gpu rtx-4090",
      "  loadout quants qwen3-8b --gpu apple-m4-pro-20:48GB --all",
      "  loadout quants ./model.gguf --goal batch --users 8 --json",
    ].join("\n"),
  },
});
