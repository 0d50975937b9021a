import { buildCommand } from "@stricli/core";
import { QUESTION_FLAGS } from "../../../plan/ask/flags/index.ts";
import { optionalModel } from "./shared.ts";

export const offload = buildCommand({
  loader: async () => (await import("../commands/offload.ts")).offload,
  parameters: {
    positional: optionalModel,
    flags: QUESTION_FLAGS.offload,
  },
  docs: {
    brief: "What layers, experts or the cache in RAM cost",
    fullDescription: [
      "From everything on the GPU to nothing on it: bytes moved over which bus, paces",
      "of a chat, time and energy of a batch job, the point where a chat ends, and the",
      "file type or card that avoids it. Exit code 0: a chat runs in memory. 1: not.",
      "",
      "Examples:",
      '  loadout offload "qwen3 30b a3b:Q4_K_M" --gpu rtx-4070 --ram 64GB:ddr5-6000',
      "  loadout offload ./model.gguf --prompt 8k --cached 90% --answer 512 --jobs 200",
      '  loadout offload "qwen3 32b" --gpu rtx-4070 --ram 8GB --disk 7GB/s',
      '  loadout offload "qwen3 32b" --gpu rtx-3090 --host-watts 120 --json',
    ].join("\n"),
  },
});
