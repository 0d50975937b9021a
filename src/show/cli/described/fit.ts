import { buildCommand } from "@stricli/core";
import { QUESTION_FLAGS } from "../../../plan/ask/flags/index.ts";
import { optionalModel } from "./shared.ts";

export const fit = buildCommand({
  loader: async () => (await import("../commands/fit.ts")).fit,
  parameters: {
    positional: optionalModel,
    flags: {
      ...QUESTION_FLAGS.fit,
      spec: {
        kind: "parsed",
        parse: String,
        brief: "Answer questions of a file, or - : a JSON line each",
        optional: true,
      },
      verify: {
        kind: "boolean",
        brief: "Ask the engine's dry run too; it gives totals only",
        optional: true,
        withNegated: false,
      },
    },
  },
  docs: {
    brief: "Does it fit, with what settings, how fast",
    fullDescription: [
      "Predicts memory to the byte and speed with an 80% band for a model on this",
      "machine, or on one written by hand, without loading it.",
      "Of embedders and rerankers: texts a second, of --prompt tokens each.",
      "Exit code 0: it fits. 1: it does not. 2: the question was wrong.",
      "",
      "Examples:",
      "  loadout fit ./model.gguf",
      '  loadout fit "qwen3 30b a3b" --quant Q5_K_M',
      "  loadout fit ./model.gguf --context 32k --users 4 --kv-type q8_0",
      "  loadout fit qwen3-8b --gpu rtx-4090 --prompt 24k --cached 90% --answer 500",
      "  loadout fit ./model.gguf --gpu rtx-3090 --gpu rtx-4060 --ram 64GB",
      '  loadout fit qwen3-8b --gpu rtx-3090 --server-args "-c 65536 -np 4 -ctk q8_0"',
      "  loadout fit qwen3-vl-8b --gpu rtx-4090 --images 4 --image-size 1024x1024",
      "  loadout fit qwen3-8b --gpu rtx-4090 --runtime ollama --context 32k",
      "  loadout fit llama-3.3-70b --gpu 2xrtx-3090 --draft llama-3.2-1b",
      "  loadout fit qwen3-8b --gpu rtx-4090 --draft eagle3:./head.gguf",
      "  loadout fit bge-m3 --gpu rtx-4090 --prompt 512",
      "  loadout fit ./model.gguf --verify",
      "  loadout fit --vram 24GB",
      "  loadout fit --tools --vision --licence open --since 2026 --why",
    ].join("\n"),
  },
});
