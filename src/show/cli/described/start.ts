import { buildCommand } from "@stricli/core";
import { parseCount } from "../../../facts/units/index.ts";
import { yes } from "./shared.ts";
import { planFlags } from "../../../plan/ask/flags/index.ts";

export const start = buildCommand({
  loader: async () => (await import("../commands/start.ts")).start,
  parameters: {
    flags: {
      ...planFlags,
      model: {
        kind: "parsed",
        parse: String,
        brief: "A .gguf file, or a name from `loadout models`",
        optional: true,
      },
      prompt: { kind: "parsed", parse: String, brief: "What to say to the model", optional: true },
      maxTokens: {
        kind: "parsed",
        parse: (text: string) => parseCount(text, "--max-tokens", 1),
        brief: "Longest reply, tokens; 160 without it",
        optional: true,
      },
      yes,
    },
  },
  docs: {
    brief: "The whole loop: probe, plan, predict, start, reply, compare",
    fullDescription: [
      "Probes this machine, plans a loadout for weights at hand, predicts memory and",
      "speed, starts the engine, streams one real reply and sets the prediction",
      "against what happened, term by term. The receipt makes the next one better.",
      "",
      "Examples:",
      "  loadout",
      '  loadout --model ./model.gguf --prompt "Write a haiku" --context 16k',
      "  loadout --goal batch --users 4 --json",
    ].join("\n"),
  },
});
