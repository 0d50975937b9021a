import { buildApplication, buildCommand, buildRouteMap } from "@stricli/core";
import type { LoadoutError } from "../../facts/errors/index.ts";
import { parseCount } from "../../facts/units/index.ts";
import { cardFlags } from "./card-flags.ts";
import type { CliContext } from "./context.ts";
import { cached, oneOf, planFlags, runtimeFlags } from "./flags.ts";
import { offloadFlags } from "./offload-flags.ts";
import { rigFlags } from "./rig-for.ts";
import { VERSION } from "./version.ts";
import { wantedFlags } from "./wanted-flags.ts";
import { textsWith } from "./wrong-flags.ts";

const json = planFlags.json;
const yes = {
  kind: "boolean",
  brief: "Allow downloads without asking",
  optional: true,
  withNegated: false,
} as const;
const model = {
  parse: String,
  brief: "A file, a name (qwen3 8b, qwen3:8b), hf:owner/name, an address",
  placeholder: "MODEL",
} as const;
const optionalModel = { kind: "tuple", parameters: [{ ...model, optional: true }] } as const;

const quant = {
  kind: "parsed",
  parse: String,
  brief: "File type: Q4_K_M, Q8_0, ...; also MODEL:Q4_K_M",
  optional: true,
} as const;

const start = buildCommand({
  loader: async () => (await import("./commands/start.ts")).start,
  parameters: {
    flags: {
      ...planFlags,
      model: {
        kind: "parsed",
        parse: String,
        brief: "A .gguf file, or a name from `loadout models`",
        optional: true,
      },
      prompt: { kind: "parsed", parse: String, brief: "What to say to the model", optional: true },
      maxTokens: {
        kind: "parsed",
        parse: (text: string) => parseCount(text, "--max-tokens", 1),
        brief: "Longest reply, tokens; 160 without it",
        optional: true,
      },
      yes,
    },
  },
  docs: {
    brief: "The whole loop: probe, plan, predict, start, reply, compare",
    fullDescription: [
      "Probes this machine, plans a loadout for weights at hand, predicts memory and",
      "speed, starts the engine, streams one real reply and sets the prediction",
      "against what happened, term by term. The receipt makes the next one better.",
      "",
      "Examples:",
      "  loadout",
      '  loadout --model ./model.gguf --prompt "Write a haiku" --context 16k',
      "  loadout --goal batch --users 4 --json",
    ].join("\n"),
  },
});

const fit = buildCommand({
  loader: async () => (await import("./commands/fit.ts")).fit,
  parameters: {
    positional: optionalModel,
    flags: {
      ...planFlags,
      quant,
      ...runtimeFlags,
      ...rigFlags,
      ...wantedFlags,
      prompt: {
        kind: "parsed",
        parse: String,
        brief: "Prompt length whose first token is timed: 512, 24k",
        optional: true,
      },
      cached,
      table: {
        kind: "boolean",
        brief: "Also all file types by contexts and users",
        optional: true,
        withNegated: false,
      },
      spec: {
        kind: "parsed",
        parse: String,
        brief: "Answer questions of a file, or - : a JSON line each",
        optional: true,
      },
      verify: {
        kind: "boolean",
        brief: "Ask the engine's own dry run too; it gives totals only",
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
      "Exit code 0: it fits. 1: it does not. 2: the question was wrong.",
      "",
      "Examples:",
      "  loadout fit ./model.gguf",
      '  loadout fit "qwen3 30b a3b" --quant Q5_K_M',
      "  loadout fit ./model.gguf --context 32k --users 4 --kv-type q8_0",
      "  loadout fit smollm2 --prompt 4k --json",
      "  loadout fit ./model.gguf --gpu rtx-3090 --gpu rtx-4060 --ram 64GB",
      '  loadout fit qwen3-8b --gpu rtx-3090 --server-args "-c 65536 -np 4 -ctk q8_0"',
      "  loadout fit ./model.gguf --verify",
    ].join("\n"),
  },
});

const explain = buildCommand({
  loader: async () => (await import("./commands/explain.ts")).explain,
  parameters: {
    positional: optionalModel,
    flags: {
      ...planFlags,
      quant,
      ...runtimeFlags,
      ...rigFlags,
      prompt: { kind: "parsed", parse: String, brief: "Prompt length for the prefill rate: 512, 24k", optional: true },
      against: {
        kind: "parsed",
        parse: String,
        brief: 'What a second loadout has otherwise: ":Q8_0 --gpu B"',
        optional: true,
      },
      cached,
    },
  },
  docs: {
    brief: "Every number as arithmetic you can redo",
    fullDescription: [
      "The same question as `fit`, answered line by line with formulas and sources.",
      "With --against why a second loadout differs, term by term, largest first: it is",
      "the first with what is written there, a model, :FILETYPE or flags.",
      "",
      "Examples:",
      "  loadout explain ./model.gguf --context 32k",
      '  loadout explain qwen3-8b --gpu rtx-3090 --against "--gpu rtx-4090"',
      '  loadout explain qwen3-8b:Q4_K_M --gpu rtx-3090 --against ":Q8_0"',
    ].join("\n"),
  },
});

const offload = buildCommand({
  loader: async () => (await import("./commands/offload.ts")).offload,
  parameters: {
    positional: optionalModel,
    flags: {
      ...planFlags,
      quant,
      ...runtimeFlags,
      ...rigFlags,
      ...offloadFlags,
    },
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
      "  loadout offload ./model.gguf --prompt 8k --answer 512 --jobs 200",
      '  loadout offload "qwen3 32b" --gpu rtx-3090 --host-watts 120 --json',
    ].join("\n"),
  },
});

const probe = buildCommand({
  loader: async () => (await import("./commands/probe.ts")).probe,
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

const receipts = buildCommand({
  loader: async () => (await import("./commands/receipts.ts")).receipts,
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

const models = buildCommand({
  loader: async () => (await import("./commands/models.ts")).models,
  parameters: {
    positional: {
      kind: "array",
      parameter: { parse: String, brief: "What to look up; or rm and the name of weights", placeholder: "WORDS" },
    },
    flags: {
      local: {
        kind: "boolean",
        brief: "List the weights found on this machine",
        optional: true,
        withNegated: false,
      },
      all: { kind: "boolean", brief: "List the whole catalog", optional: true, withNegated: false },
      models: planFlags.models,
      json,
      yes: { kind: "boolean", brief: "Remove without asking", optional: true, withNegated: false },
    },
  },
  docs: {
    brief: "Look models up; weights on this machine: list, remove",
    fullDescription: [
      "With words: what the catalog knows of models called so, with sizes by file type.",
      "Without: GGUF files of the Hugging Face cache, llama.cpp, LM Studio, Ollama and",
      "Loadout. Only files that Loadout fetched can be removed.",
      "",
      "Examples:",
      "  loadout models qwen3",
      "  loadout models qwen3 30b a3b",
      "  loadout models --local",
      "  loadout models rm smollm2",
    ].join("\n"),
  },
});

const gpus = buildCommand({
  loader: async () => (await import("./commands/gpus.ts")).gpus,
  parameters: {
    positional: {
      kind: "array",
      parameter: { parse: String, brief: "A device, or words to search for", placeholder: "NAME" },
    },
    flags: {
      json,
      vendor: {
        kind: "parsed",
        parse: (text: string) =>
          oneOf(text, ["nvidia", "amd", "intel", "apple", "qualcomm", "generic"] as const, "--vendor"),
        brief: "Only devices of this maker",
        optional: true,
      },
      class: {
        kind: "parsed",
        parse: (text: string) =>
          oneOf(text, ["consumer", "workstation", "datacenter", "laptop", "soc", "cpu"] as const, "--class"),
        brief: "Only consumer, workstation, datacenter, laptop, soc",
        optional: true,
      },
      minMemory: {
        kind: "parsed",
        parse: String,
        brief: "Only devices with at least so much memory: 24GB",
        optional: true,
      },
      ...cardFlags,
    },
  },
  docs: {
    brief: "Devices known: memory, bandwidth, rates, where each figure is from",
    fullDescription: [
      "Looks up graphics cards, chips that share their RAM, and memory systems of",
      "processors. One is shown whole, with what of its memory a model can have.",
      "With --for they are ranked for a model: what fits first, then bandwidth, then",
      "compute; power, size, noise, drivers and prices stand beside it as checks, and",
      "the smallest rig that is fast enough. An unknown fact never passes a check.",
      "",
      "Examples:",
      "  loadout gpus --for qwen3.6-27b --context 32k --users 4 --psu 750W",
      "  loadout gpus --for qwen3-8b --users 4 --pace 20 --smallest power",
      "  loadout gpus rtx-3090 --for qwen3-8b --length 320mm --slots 3",
      "  loadout gpus rtx-3090",
      "  loadout gpus m4 max 128gb",
      "  loadout gpus --vendor amd --min-memory 24GB",
      "  loadout gpus blackwell workstation --json",
    ].join("\n"),
  },
});

const quants = buildCommand({
  loader: async () => (await import("./commands/quants.ts")).quants,
  parameters: {
    positional: optionalModel,
    flags: {
      goal: planFlags.goal,
      context: planFlags.context,
      users: planFlags.users,
      kvType: planFlags.kvType,
      build: runtimeFlags.build,
      ...rigFlags,
      models: planFlags.models,
      all: { kind: "boolean", brief: "Every scheme, not the usual ones alone", optional: true, withNegated: false },
      json,
    },
  },
  docs: {
    brief: "Which quantization: size, kernels, speed, published loss",
    fullDescription: [
      "Every scheme that exists for a model, the kernels that run it on a card and the",
      "programs that have them: exact size, what stays in 16 bit, speed, published loss",
      "with its source, what is not known, and which to take for one person or many.",
      "Exit code 0: something that is offered fits. 1: nothing does.",
      "",
      "Examples:",
      "  loadout quants qwen3.6-27b --gpu rtx-4090",
      "  loadout quants qwen3-8b --gpu apple-m4-pro-20:48GB --all",
      "  loadout quants ./model.gguf --goal batch --users 8 --json",
    ].join("\n"),
  },
});

const quality = buildCommand({
  loader: async () => (await import("./commands/quality.ts")).quality,
  parameters: {
    positional: optionalModel,
    flags: {
      against: { kind: "parsed", parse: String, brief: "A file of the same model to compare with", optional: true },
      tokens: {
        kind: "parsed",
        parse: (text: string) => parseCount(text, "--tokens", 140, 100_000),
        brief: "Tokens of text to score; 1500 without it",
        optional: true,
      },
      text: { kind: "boolean", brief: "Only score the text, ask no questions", optional: true, withNegated: false },
      fresh: { kind: "boolean", brief: "Measure again what was measured", optional: true, withNegated: false },
      threads: planFlags.threads,
      models: planFlags.models,
      yes,
      json,
    },
  },
  docs: {
    brief: "What a quantization costs in quality, measured here",
    fullDescription: [
      "Scores a text shipped with Loadout (perplexity, and KL divergence beside another",
      "file of the same model), checks strict formats, questions in ten languages and",
      "long reasoning by code, and gives every figure with an interval. A stopped",
      "measurement goes on where it was; what is measured is kept.",
      "Downloads only with your yes. Exit code 2: the two are different models.",
      "",
      "Examples:",
      "  loadout quality ./model-Q4_K_M.gguf --against ./model-Q8_0.gguf",
      "  loadout quality ./model-Q4_K_M.gguf --text --tokens 3000",
      "  loadout quality hf:owner/name:Q4_K_M --yes --json",
    ].join("\n"),
  },
});

const calibrate = buildCommand({
  loader: async () => (await import("./commands/calibrate.ts")).calibrate,
  parameters: {
    positional: optionalModel,
    flags: { threads: planFlags.threads, models: planFlags.models, yes, json },
  },
  docs: {
    brief: "Measure this machine, so that predictions fit it",
    fullDescription: [
      "Measures this machine in under a minute: memory bandwidth, the best number of",
      "threads, and prompts and replies, short and long, of small models at hand or of",
      "the one you name. Later predictions of speed here start from what it found.",
      "Runs from before it no longer count.",
      "",
      "Examples:",
      "  loadout calibrate",
      "  loadout calibrate ./model.gguf",
      "  loadout calibrate --threads 4 --json",
    ].join("\n"),
  },
});

const doctor = buildCommand({
  loader: async () => (await import("./commands/doctor.ts")).doctor,
  parameters: { flags: { json } },
  docs: { brief: "What is missing here and how to get it", fullDescription: "Example:\n  loadout doctor" },
});

export const ROUTES = {
  start,
  fit,
  explain,
  offload,
  quants,
  gpus,
  models,
  probe,
  receipts,
  quality,
  calibrate,
  doctor,
};

const routes = buildRouteMap({
  routes: ROUTES,
  defaultCommand: "start",
  docs: {
    brief: 'From "can I run this LLM on my machine?" to a running, measured setup',
    fullDescription: [
      'From "can I run this LLM on my machine?" to a running, measured setup.',
      "Without a command: the whole loop, with one real reply (`loadout start --help`).",
      "",
      "Examples:",
      "  loadout                       the whole loop, predicted against measured",
      "  loadout fit ./model.gguf      does it fit, with what settings, how fast",
      "  loadout explain ./model.gguf  every number as arithmetic",
      "",
      "Exit codes: 0 fits or done, 1 does not fit, 2 wrong question,",
      "3 something is missing here, 4 a download needs your yes, 5 the engine failed,",
      "70 a fault of ours, 130 stopped.",
    ].join("\n"),
  },
});

/** The whole command line; `onWrongFlags` hears of a question that cannot be read, whose text the framework has printed. */
export function app(onWrongFlags: (error: LoadoutError) => void) {
  return buildApplication<CliContext>(routes, {
    name: "loadout",
    versionInfo: { currentVersion: VERSION },
    scanner: { caseStyle: "allow-kebab-for-camel", allowArgumentEscapeSequence: true },
    documentation: { caseStyle: "convert-camel-to-kebab", onlyRequiredInUsageLine: true },
    localization: { text: textsWith(onWrongFlags) },
  });
}
