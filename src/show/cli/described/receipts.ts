import { buildCommand } from "@stricli/core";
import { json } from "./shared.ts";

export const receipts = buildCommand({
  loader: async () => (await import("../commands/receipts.ts")).receipts,
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [{ parse: String, brief: "Number of a receipt to show whole", placeholder: "ID", optional: true }],
    },
    flags: {
      json,
      remove: {
        kind: "boolean",
        brief: "Remove the receipt instead of showing it",
        optional: true,
        withNegated: false,
      },
    },
  },
  docs: {
    brief: "What was predicted and what happened, run by run",
    fullDescription: "Examples:\n  loadout receipts\n  loadout receipts 3\n  loadout receipts 3 --remove",
  },
});
