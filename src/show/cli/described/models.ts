import { buildCommand } from "@stricli/core";
import { json } from "./shared.ts";
import { planFlags } from "../../../plan/ask/flags/index.ts";

export const models = buildCommand({
  loader: async () => (await import("../commands/models.ts")).models,
  parameters: {
    positional: {
      kind: "array",
      parameter: { parse: String, brief: "What to look up; or rm and the name of weights", placeholder: "WORDS" },
    },
    flags: {
      local: {
        kind: "boolean",
        brief: "List the weights found on this machine",
        optional: true,
        withNegated: false,
      },
      all: { kind: "boolean", brief: "List the whole catalog", optional: true, withNegated: false },
      models: planFlags.models,
      json,
      yes: { kind: "boolean", brief: "Remove without asking", optional: true, withNegated: false },
    },
  },
  docs: {
    brief: "Look models up; weights on this machine: list, remove",
    fullDescription: [
      "With words: what the catalog knows of models called so, with sizes by file type.",
      "Without: GGUF files of the Hugging Face cache, llama.cpp, LM Studio, Ollama and",
      "Loadout. Only files that Loadout fetched can be removed.",
      "",
      "Examples:",
      "  loadout models qwen3",
      "  loadout models qwen3 30b a3b",
      "  loadout models --local",
      "  loadout models rm smollm2",
    ].join("\n"),
  },
});
