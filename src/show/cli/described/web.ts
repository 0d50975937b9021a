import { buildCommand } from "@stricli/core";
import { parseCount } from "../../../facts/units/index.ts";
import { json } from "./shared.ts";

export const web = buildCommand({
  loader: async () => (await import("../commands/web.ts")).web,
  parameters: {
    flags: {
      port: {
        kind: "parsed",
        parse: (typed: string) => parseCount(typed, "--port", 0, 65_535),
        brief: "Port of the page; 8090 or any free one without it",
        optional: true,
      },
      json,
    },
  },
  docs: {
    brief: "A page where every slider answers, on this machine",
    fullDescription: [
      "Serves a page to choose a model, a rig and settings in, this machine filled in;",
      "what Loadout serves here (predicted beside actual, tokens per second, lanes),",
      "receipts, and a chat with what runs. Only this machine reaches it; it opens no",
      "browser, it says the address. Ctrl-C stops it, and nothing else.",
      "",
      "Examples:",
      "  loadout web",
      "  loadout web --port 9000",
      "  loadout web --json     the address as JSON, once it is open",
    ].join("\n"),
  },
});
