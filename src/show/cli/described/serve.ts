import { buildCommand } from "@stricli/core";
import { LoadoutError } from "../../../facts/errors/index.ts";
import { parseCount } from "../../../facts/units/index.ts";
import { SERVE_ENGINES } from "../serve/engine-names.ts";
import { serveTarget } from "../serve/target.ts";
import { model, yes } from "./shared.ts";
import { draftFlags, oneOf, planFlags } from "../../../plan/ask/flags/index.ts";

const text = (brief: string, placeholder?: string) =>
  ({
    kind: "parsed",
    parse: String,
    brief,
    optional: true,
    ...(placeholder === undefined ? {} : { placeholder }),
  }) as const;
const texts = (brief: string, placeholder: string) => ({ ...text(brief, placeholder), variadic: true }) as const;
const yesOrNo = (brief: string) => ({ kind: "boolean", brief, optional: true, withNegated: false }) as const;
const count = (brief: string, what: string, least: number, most: number) =>
  ({ kind: "parsed", parse: (typed: string) => parseCount(typed, what, least, most), brief, optional: true }) as const;

/** "20ms", "20" */
function parseCap(typed: string): number {
  const [, number] = /^(\d+(?:\.\d+)?)\s*(?:ms)?$/.exec(typed) ?? [];
  const ms = Number(number);
  if (number !== undefined && ms >= 1 && ms <= 60_000) return ms;
  throw new LoadoutError("bad-quantity", {
    what: "--cap",
    expected: "milliseconds, 1 to 60000",
    got: typed,
    example: "--cap 30ms",
  });
}

export const serve = buildCommand({
  loader: async () => (await import("../commands/serve.ts")).serve,
  parameters: {
    positional: {
      kind: "array",
      parameter: { ...model, brief: "Files, names, addresses of servers, ollama:NAME" },
    },
    flags: {
      ...planFlags,
      engine: {
        kind: "parsed",
        parse: (typed: string) => oneOf(typed, SERVE_ENGINES, "--engine"),
        brief: "auto (the default), embedded, llama-server",
        optional: true,
      },
      name: texts("What clients call the models, in their order", "NAME"),
      port: count("Port of the address; 8080 without it, 0 for any", "--port", 0, 65_535),
      host: text("Address to listen on; others than loopback need keys", "ADDRESS"),
      keyFile: text("File of keys: a line each, NAME SECRET [batch]", "FILE"),
      allowHost: texts("Another name this server is reached by", "NAME"),
      cap: { kind: "parsed", parse: parseCap, brief: "Longest wait for a token beside a prompt: 30ms", optional: true },
      target: {
        kind: "parsed",
        parse: serveTarget,
        brief: 'Choose for: "ttft p95 500ms, 4 users, prompts 2000"',
        placeholder: "TARGET",
        optional: true,
      },
      stepTokens: count("Tokens the engine computes in one step (-b)", "--step-tokens", 1, 65_536),
      calibrate: yesOrNo("Time prompts of it first: less than a minute"),
      idle: count("Minutes until an unused model is unloaded; 0: never", "--idle", 0, 100_000),
      embed: yesOrNo("Serve embeddings"),
      rerank: yesOrNo("Serve reranking"),
      mmproj: text("The first model's projector, to see (llama-server)", "FILE"),
      draft: text("Who guesses ahead: a model, eagle3:FILE, mtp, ngram", "MODEL"),
      draftTokens: draftFlags.draftTokens,
      lora: texts("The first model's adapters: [NAME=]FILE[@SCALE]", "ADAPTER"),
      dryRun: yesOrNo("Print the plan, start nothing"),
      runs: yesOrNo("List what Loadout serves on this machine"),
      yes,
    },
  },
  docs: {
    brief: "Serve models to chats and batch jobs at one address",
    fullDescription: [
      "Starts engines with planned settings behind one address that speaks OpenAI's,",
      "Anthropic's and Ollama's dialects, with a chat page at /. Two lanes: chats first,",
      "batch (/batch/v1, or x-loadout-lane: batch) takes what is left and never starves.",
      "The first model stays loaded, others load when asked for. Only this machine reaches",
      "it unless --host and --key-file say otherwise. Ctrl-C stops everything.",
      "",
      "Examples:",
      "  loadout serve                              the best weights here",
      "  loadout serve qwen3:8b --goal mixed --users 4",
      '  loadout serve qwen3:8b --target "ttft p95 500ms, 4 users"',
      "  loadout serve a.gguf b.gguf --name chat --name code --port 9000",
      "  loadout serve http://10.0.0.5:8000         lanes before another server",
      "  loadout serve ollama:qwen3:8b              a model of the Ollama that runs here",
      "  loadout serve a.gguf --calibrate           plan on prompts timed here",
      "  loadout serve --dry-run --json             the plan alone",
    ].join("\n"),
  },
});
