import { buildCommand } from "@stricli/core";
import { json } from "./shared.ts";

export const probe = buildCommand({
  loader: async () => (await import("../commands/probe.ts")).probe,
  parameters: {
    flags: {
      json,
      fresh: {
        kind: "boolean",
        brief: "Measure again instead of reading the cache",
        optional: true,
        withNegated: false,
      },
    },
  },
  docs: {
    brief: "What this machine is: processor, RAM, GPUs, limits",
    fullDescription: "Examples:\n  loadout probe\n  loadout probe --fresh --json",
  },
});
