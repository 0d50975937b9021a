import { buildCommand } from "@stricli/core";
import { QUESTION_FLAGS } from "../../../plan/ask/flags/index.ts";
import { optionalModel } from "./shared.ts";

export const report = buildCommand({
  loader: async () => (await import("../commands/report.ts")).report,
  parameters: {
    positional: optionalModel,
    flags: {
      ...QUESTION_FLAGS.explain,
      against: {
        kind: "parsed",
        parse: String,
        brief: 'What another loadout has otherwise: ":Q8_0 --gpu B"',
        optional: true,
        variadic: true,
      },
      out: {
        kind: "parsed",
        parse: String,
        brief: "The file: NAME.html, NAME.md, or NAME for both",
        placeholder: "NAME",
        optional: true,
      },
    },
  },
  docs: {
    brief: "All of it as one page to keep: HTML and Markdown",
    fullDescription: [
      "The answers of `fit`, `explain`, `frontier` and `quants` about one loadout as a page",
      "that opens from the disk, needs no network and prints: verdict, memory, paces,",
      "charts, arithmetic, command, settings, the newest run of it here, sources.",
      "With --against up to four beside each other: each is the first with what is",
      "written there, a model, :FILETYPE or flags. Writes loadout-report.html and .md.",
      "",
      "Examples:",
      "  loadout report ./model.gguf",
      "  loadout report qwen3-8b --gpu rtx-3090 --context 32k --out qwen3.html",
      '  loadout report qwen3-8b:Q4_K_M --gpu rtx-3090 --against ":Q8_0"',
    ].join("\n"),
  },
});
