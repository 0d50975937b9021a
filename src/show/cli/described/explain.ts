import { buildCommand } from "@stricli/core";
import { QUESTION_FLAGS } from "../../../plan/ask/flags/index.ts";
import { optionalModel } from "./shared.ts";

export const explain = buildCommand({
  loader: async () => (await import("../commands/explain.ts")).explain,
  parameters: {
    positional: optionalModel,
    flags: QUESTION_FLAGS.explain,
  },
  docs: {
    brief: "Every number as arithmetic you can redo",
    fullDescription: [
      "The same question as `fit`, answered line by line with formulas and sources.",
      "With --against why a second loadout differs, term by term, largest first: it is",
      "the first with what is written there, a model, :FILETYPE or flags.",
      "",
      "Examples:",
      "  loadout explain ./model.gguf --context 32k",
      '  loadout explain qwen3-8b --gpu rtx-3090 --against "--gpu rtx-4090"',
      '  loadout explain qwen3-8b:Q4_K_M --gpu rtx-3090 --against ":Q8_0"',
      "  loadout explain qwen3-32b --gpu rtx-5090 --draft qwen3-0.6b",
      "  loadout explain gemma-3-12b --gpu rtx-4090 --images 2",
    ].join("\n"),
  },
});
