import { buildCommand } from "@stricli/core";
import { QUESTION_FLAGS } from "../../../plan/ask/flags/index.ts";

export const gpus = buildCommand({
  loader: async () => (await import("../commands/gpus.ts")).gpus,
  parameters: {
    positional: {
      kind: "array",
      parameter: { parse: String, brief: "A device, or words to search for", placeholder: "NAME" },
    },
    flags: QUESTION_FLAGS.gpus,
  },
  docs: {
    brief: "Devices known: memory, bandwidth, rates, where each figure is from",
    fullDescription: [
      "Looks up graphics cards, chips that share their RAM, and memory systems of",
      "processors. One is shown whole, with what of its memory a model can have.",
      "With --for they are ranked for a model: what fits first, then bandwidth, then",
      "compute; power, size, noise, drivers and prices stand beside it as checks, and",
      "the smallest rig that is fast enough. An unknown fact never passes a check.",
      "",
      "Examples:",
      "  loadout gpus --for qwen3.6-27b --context 32k --users 4 --psu 750W",
      "  loadout gpus --for qwen3-8b --users 4 --pace 20 --smallest power",
      "  loadout gpus rtx-3090 --for qwen3-8b --length 320mm --slots 3",
      "  loadout gpus rtx-3090",
      "  loadout gpus m4 max 128gb",
      "  loadout gpus --vendor amd --min-memory 24GB",
      "  loadout gpus blackwell workstation --json",
    ].join("\n"),
  },
});
