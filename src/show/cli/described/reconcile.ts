import { buildCommand } from "@stricli/core";
import { json } from "./shared.ts";
import { runtimeFlags } from "../../../plan/ask/flags/index.ts";

export const reconcile = buildCommand({
  loader: async () => (await import("../commands/reconcile.ts")).reconcile,
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [{ parse: String, brief: "A start-up log, or - for standard input", placeholder: "LOG" }],
    },
    flags: {
      build: { ...runtimeFlags.build, brief: "Build that printed it, if the log does not say" },
      model: {
        kind: "parsed",
        parse: String,
        brief: "The model's file or name, if the log leaves it open",
        optional: true,
      },
      asRow: {
        kind: "boolean",
        brief: "A row of accuracy data instead, without names and paths",
        optional: true,
        withNegated: false,
      },
      json,
    },
  },
  docs: {
    brief: "What an engine's start-up log says, against the prediction",
    fullDescription: [
      "Reads a start-up log of llama.cpp, llama-server, Ollama or LM Studio as it was",
      "pasted (cut, coloured, with prefixes, between lines of others) and sets beside",
      "every figure what is predicted for it. What the log lacks is said, not guessed.",
      "Exit code 0: every figure compared is as predicted. 1: one is off, or there was",
      "nothing to compare. 2: no engine's log.",
      "",
      "Examples:",
      "  llama-server -m model.gguf -lv 4 2>&1 | loadout reconcile -",
      "  loadout reconcile ./ollama.log --json",
      "  loadout reconcile ./server.log --model ./model.gguf --build b11434",
      "  loadout reconcile ./server.log --as-row >> rows.jsonl",
    ].join("\n"),
  },
});
