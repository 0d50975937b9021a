import { buildCommand } from "@stricli/core";
import { json, yes, optionalModel } from "./shared.ts";
import { planFlags } from "../../../plan/ask/flags/index.ts";

export const calibrate = buildCommand({
  loader: async () => (await import("../commands/calibrate.ts")).calibrate,
  parameters: {
    positional: optionalModel,
    flags: { threads: planFlags.threads, models: planFlags.models, yes, json },
  },
  docs: {
    brief: "Measure this machine, so that predictions fit it",
    fullDescription: [
      "Measures this machine in under a minute: memory bandwidth, the best number of",
      "threads, and prompts and replies, short and long, of small models at hand or of",
      "the one you name. Later predictions of speed here start from what it found.",
      "Runs from before it no longer count.",
      "",
      "Examples:",
      "  loadout calibrate",
      "  loadout calibrate ./model.gguf",
      "  loadout calibrate --threads 4 --json",
    ].join("\n"),
  },
});
