import { buildCommand } from "@stricli/core";
import { QUESTION_FLAGS } from "../../../plan/ask/flags/index.ts";
import { optionalModel } from "./shared.ts";

export const frontier = buildCommand({
  loader: async () => (await import("../commands/frontier.ts")).frontier,
  parameters: {
    positional: optionalModel,
    flags: QUESTION_FLAGS.frontier,
  },
  docs: {
    brief: "Throughput against waiting: predicted, simulated, measured",
    fullDescription: [
      "What a server can be set to (slots, tokens of a step) for how many people, what",
      "each gets and how long they wait, with bands, the share of the machine's limit,",
      "and the points that a chat, both, or a batch job would choose.",
      "Exit code 0: the targets can be kept. 1: no point keeps them.",
      "",
      "Examples:",
      "  loadout frontier qwen3-8b --gpu rtx-3090",
      "  loadout frontier qwen3-8b --gpu rtx-4090 --engine vllm --users-up-to 64",
      '  loadout frontier ./model.gguf --prompt 2000 --targets "ttft p95 2s"',
      "  loadout frontier ./model.gguf --measured run.json   # beside a measured run",
    ].join("\n"),
  },
});
