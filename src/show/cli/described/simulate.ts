import { buildCommand } from "@stricli/core";
import { simulateFlags } from "../simulate/flags.ts";
import { optionalModel, quant } from "./shared.ts";
import { planFlags, rigFlags, runtimeFlags } from "../../../plan/ask/flags/index.ts";

export const simulate = buildCommand({
  loader: async () => (await import("../commands/simulate.ts")).simulate,
  parameters: {
    positional: optionalModel,
    flags: {
      ...planFlags,
      quant,
      build: runtimeFlags.build,
      ...rigFlags,
      ...simulateFlags,
    },
  },
  docs: {
    brief: "A server that is not here: waits, limits, how many machines",
    fullDescription: [
      "Runs a server step by step in numbers: slots, prompts that hold up answers,",
      "caches that fill, routers. Says whether it is enough, up to what load, and how",
      "many machines would be. Exit code 0: enough. 1: a target is missed.",
      "",
      "Examples:",
      "  loadout simulate qwen3-8b --gpu rtx-3090 --users 8 --prompt 1000 --output 300",
      '  loadout simulate qwen3-8b --gpu rtx-3090 --rate 2 --targets "ttft p95 1s"',
      "  loadout simulate qwen3-8b --gpu rtx-4090 --engine vllm --rate 30 --replicas 4",
      "  loadout simulate ./model.gguf --replay run.json   # against a measured run",
    ].join("\n"),
  },
});
