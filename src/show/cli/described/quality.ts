import { buildCommand } from "@stricli/core";
import { parseCount } from "../../../facts/units/index.ts";
import { json, yes, optionalModel } from "./shared.ts";
import { planFlags } from "../../../plan/ask/flags/index.ts";

export const quality = buildCommand({
  loader: async () => (await import("../commands/quality.ts")).quality,
  parameters: {
    positional: optionalModel,
    flags: {
      against: { kind: "parsed", parse: String, brief: "A file of the same model to compare with", optional: true },
      tokens: {
        kind: "parsed",
        parse: (text: string) => parseCount(text, "--tokens", 140, 100_000),
        brief: "Tokens of text to score; 1500 without it",
        optional: true,
      },
      text: { kind: "boolean", brief: "Only score the text, ask no questions", optional: true, withNegated: false },
      fresh: { kind: "boolean", brief: "Measure again what was measured", optional: true, withNegated: false },
      threads: planFlags.threads,
      models: planFlags.models,
      yes,
      json,
    },
  },
  docs: {
    brief: "What a quantization costs in quality, measured here",
    fullDescription: [
      "Scores a text shipped with Loadout (perplexity, and KL divergence beside another",
      "file of the same model), checks strict formats, questions in ten languages and",
      "long reasoning by code, and gives every figure with an interval. A stopped",
      "measurement goes on where it was; what is measured is kept.",
      "Downloads only with your yes. Exit code 2: the two are different models.",
      "",
      "Examples:",
      "  loadout quality ./model-Q4_K_M.gguf --against ./model-Q8_0.gguf",
      "  loadout quality ./model-Q4_K_M.gguf --text --tokens 3000",
      "  loadout quality hf:owner/name:Q4_K_M --yes --json",
    ].join("\n"),
  },
});
