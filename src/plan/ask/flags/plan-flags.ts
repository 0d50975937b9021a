import { LoadoutError } from "../../../facts/errors/index.ts";
import type { CacheType } from "../../../facts/runtime/index.ts";
import { parseCount, parseShare, parseTokens } from "../../../facts/units/index.ts";
import { GOAL_NAMES, type Goal, type Wishes } from "../../fit/index.ts";
import { nearest } from "./nearest.ts";
import { RUNTIMES, type RuntimeName } from "./runtime.ts";

/** Flags that steer a plan, shared by `loadout`, `fit` and `explain`. */
export interface PlanFlags {
  /** absent: interactive */
  readonly goal?: Goal;
  readonly context?: number;
  readonly users?: number;
  readonly microBatch?: number;
  readonly kvType?: CacheType;
  readonly gpuLayers?: number | "all";
  readonly cpuExperts?: number | "all";
  readonly threads?: number;
  readonly models?: readonly string[];
  readonly json?: boolean;
}

/** Flags that name the program a plan is for, shared by `fit` and `explain`. */
export interface RuntimeFlags {
  readonly runtime?: RuntimeName;
  /** of Ollama */
  readonly runtimeVersion?: string;
  readonly build?: string;
  /** a command line of llama-server, to be weighed as it is */
  readonly serverArgs?: string;
}

export const runtimeFlags = {
  runtime: {
    kind: "parsed",
    parse: (text: string) => oneOf(text, RUNTIMES, "--runtime"),
    brief: "embedded, llama-server, ollama, lm-studio",
    optional: true,
  },
  runtimeVersion: {
    kind: "parsed",
    parse: String,
    brief: "Ollama version: 0.17.4",
    optional: true,
  },
  build: {
    kind: "parsed",
    parse: String,
    brief: "Build of llama-server: b11434, v0.4.0 or a date",
    optional: true,
  },
  serverArgs: {
    kind: "parsed",
    parse: String,
    brief: "Weigh this llama-server command as it is",
    optional: true,
  },
} as const;

export const CACHE_TYPES: readonly CacheType[] = [
  "f32",
  "f16",
  "bf16",
  "q8_0",
  "q5_1",
  "q5_0",
  "q4_1",
  "q4_0",
  "iq4_nl",
];

/** Share of the prompt that is cached: shared by `fit` and `explain`. */
export const cached = {
  kind: "parsed",
  parse: (text: string) => parseShare(text, "--cached"),
  brief: "Share of the prompt that a cache holds: 90%",
  optional: true,
} as const;

/** Answer whose end is timed: shared by `fit` and `explain`. */
export const answerLength = {
  kind: "parsed",
  parse: (text: string) => parseTokens(text, "--answer", 1),
  brief: "Answer whose end is timed, tokens; 256 without it",
  optional: true,
} as const;

export const planFlags = {
  goal: {
    kind: "parsed",
    parse: (text: string) => oneOf(text, GOAL_NAMES, "--goal"),
    brief: "interactive (the default), batch, mixed, finetune",
    optional: true,
  },
  context: {
    kind: "parsed",
    parse: (text: string) => parseTokens(text, "--context", 1),
    brief: "Tokens of context per user: 8192, 32k",
    optional: true,
  },
  users: {
    kind: "parsed",
    parse: (text: string) => parseCount(text, "--users", 1, 256),
    brief: "Conversations at the same time",
    optional: true,
  },
  microBatch: {
    kind: "parsed",
    parse: (text: string) => parseCount(text, "--micro-batch", 1, 65536),
    brief: "Prompt tokens computed in one step",
    optional: true,
  },
  kvType: {
    kind: "parsed",
    parse: (text: string) => oneOf(text, CACHE_TYPES, "--kv-type"),
    brief: "Type of the KV cache: f16, q8_0, q4_0, ...",
    optional: true,
  },
  gpuLayers: {
    kind: "parsed",
    parse: (text: string) => (text === "all" ? ("all" as const) : parseCount(text, "--gpu-layers", 0, 10_000)),
    brief: "Layers on the GPU, the output layer is one; or all",
    optional: true,
  },
  cpuExperts: {
    kind: "parsed",
    parse: (text: string) => (text === "all" ? ("all" as const) : parseCount(text, "--cpu-experts", 0, 10_000)),
    brief: "Layers whose experts stay on the CPU; or all",
    optional: true,
  },
  threads: {
    kind: "parsed",
    parse: (text: string) => parseCount(text, "--threads", 1, 1024),
    brief: "CPU threads; without it they are measured",
    optional: true,
  },
  models: {
    kind: "parsed",
    parse: String,
    brief: "Also look for .gguf files in this folder",
    optional: true,
    variadic: true,
  },
  json: { kind: "boolean", brief: "Print one JSON document (docs/json.md)", optional: true, withNegated: false },
} as const;

export function wishesOf(flags: PlanFlags): Wishes {
  return {
    ...(flags.context === undefined ? {} : { context: flags.context }),
    ...(flags.users === undefined ? {} : { users: flags.users }),
    ...(flags.microBatch === undefined ? {} : { microBatch: flags.microBatch }),
    ...(flags.kvType === undefined ? {} : { cacheType: flags.kvType }),
    ...(flags.gpuLayers === undefined ? {} : { gpuLayers: flags.gpuLayers }),
    ...(flags.cpuExperts === undefined ? {} : { expertLayersOnHost: flags.cpuExperts }),
    ...(flags.threads === undefined ? {} : { threads: flags.threads }),
  };
}

export function oneOf<Value extends string>(text: string, values: readonly Value[], what: string): Value {
  const found = values.find((value) => value === text.toLowerCase());
  if (found === undefined) {
    throw new LoadoutError("unknown-value", {
      what,
      expected: values.join(", "),
      got: text,
      nearest: nearest(text, values),
    });
  }
  return found;
}
