import { parseCount, parseTokens } from "../../../facts/units/index.ts";
import { cached } from "./plan-flags.ts";
import { diskOf } from "./wanted-flags.ts";

/** Flags of `offload` beside those of a plan and of a rig. */
export const offloadFlags = {
  prompt: {
    kind: "parsed",
    parse: String,
    brief: "Prompt of the chat and of each job: 512, 24k",
    optional: true,
  },
  cached,
  answer: {
    kind: "parsed",
    parse: (text: string) => parseTokens(text, "--answer", 1),
    brief: "Answer of each job, tokens; 256 without it",
    optional: true,
  },
  jobs: {
    kind: "parsed",
    parse: (text: string) => parseCount(text, "--jobs", 1, 1e9),
    brief: "Jobs of the batch; 1000 without it",
    optional: true,
  },
  atLeast: {
    kind: "parsed",
    parse: (text: string) => parseCount(text, "--at-least", 1, 1e6),
    brief: "Tokens per second that a chat needs",
    optional: true,
  },
  wait: {
    kind: "parsed",
    parse: (text: string) => parseCount(text, "--wait", 1, 1e6) * 1000,
    brief: "Seconds that a first token may take",
    optional: true,
  },
  hostWatts: {
    kind: "parsed",
    parse: (text: string) => parseCount(text, "--host-watts", 1, 1e6),
    brief: "What the machine draws beside its GPUs",
    optional: true,
  },
  disk: {
    kind: "parsed",
    parse: diskOf,
    brief: "What weights beyond the RAM are on: nvme, 3GB/s",
    optional: true,
  },
} as const;
