import { buildCommand } from "@stricli/core";
import { json } from "./shared.ts";

export const receipts = buildCommand({
  loader: async () => (await import("../commands/receipts.ts")).receipts,
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [
        { parse: String, brief: "A receipt to show whole, 3, or a calibration, c3", placeholder: "ID", optional: true },
      ],
    },
    flags: {
      json,
      remove: {
        kind: "boolean",
        brief: "Remove it instead of showing it",
        optional: true,
        withNegated: false,
      },
    },
  },
  docs: {
    brief: "What was predicted and what happened, run by run",
    fullDescription: [
      "Every run with its prediction, and what calibrations measured of this machine",
      "and how far they narrow its predictions of speed.",
      "",
      "Examples:",
      "  loadout receipts",
      "  loadout receipts 3",
      "  loadout receipts c1 --json",
      "  loadout receipts 3 --remove",
    ].join("\n"),
  },
});
