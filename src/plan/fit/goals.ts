import type { CacheType } from "../../facts/runtime/index.ts";

/** What the machine is for. One of four; being good at one costs the others. */
export type Goal = "interactive" | "batch" | "mixed" | "finetune";

/** What a person who waits for an answer needs at least. */
export interface GoalTargets {
  readonly decodePerSec: number;
  readonly firstTokenMs: number;
  readonly because: { readonly decode: string; readonly firstToken: string };
}

/**
 * Silent reading: 238 words a minute (Brysbaert 2019, mean of 190 studies of English non-fiction) at three words to four tokens.
 * Ten seconds: the limit for keeping attention on a dialogue (Miller 1968; Nielsen 1993).
 */
export const READING: GoalTargets = {
  decodePerSec: 5.3,
  firstTokenMs: 10_000,
  because: {
    decode: "as fast as people read: 238 words a minute, four tokens to three words",
    firstToken: "attention lasts about ten seconds",
  },
};

/** Starting settings of a goal, each with its reason; the search then gives way where they do not fit. */
export interface GoalRow {
  readonly users: number;
  /** where there is room for more, sequences are added up to this many */
  readonly mostUsers: number;
  /** context per user wanted, tokens; capped by the trained length */
  readonly context: number;
  /** below this much context per user the goal is not served any more */
  readonly leastContext: number;
  readonly microBatch: number;
  /** larger ones that are taken where they fit, largest first */
  readonly largerMicroBatches: readonly number[];
  /** longest step of a prompt while somebody else waits for a token, ms: the micro-batch is cut until it keeps to it */
  readonly longestStepMs?: number;
  readonly cacheType: CacheType;
  /** where somebody waits: below these it is no longer used, it is waited for */
  readonly targets?: GoalTargets;
  readonly because: {
    readonly users: string;
    readonly context: string;
    readonly microBatch: string;
    readonly cacheType: string;
  };
}

/**
 * A token that comes later than this is seen to stutter; below 10 ms a step, fixed times eat the prompt's pace. Continuous batching
 * for chats is usually held to 10 to 30 ms a step.
 */
const STEP_MS = 30;

/** Micro-batches are not cut below this: the engine's kernels for prompts need some tokens to be worth their start. */
export const LEAST_MICRO_BATCH = 32;

export const GOALS: Record<Goal, GoalRow> = {
  interactive: {
    users: 1,
    mostUsers: 1,
    context: 8192,
    leastContext: 2048,
    microBatch: 512,
    largerMicroBatches: [],
    longestStepMs: STEP_MS,
    cacheType: "f16",
    targets: READING,
    because: {
      users: "one person waits for each token, so nothing shares the machine",
      context: "room for a long chat and a document; more context costs memory whether it is used or not",
      microBatch: "the engine's default: prompts go fast and a stop is seen within one step",
      cacheType: "full quality; a smaller type is worth it only when context does not fit",
    },
  },
  batch: {
    users: 4,
    mostUsers: 64,
    context: 4096,
    leastContext: 1024,
    microBatch: 1024,
    largerMicroBatches: [2048],
    cacheType: "f16",
    because: {
      users: "weights are read once a step for all sequences: more sequences, more tokens per second",
      context: "jobs are a prompt and an answer each; the memory is better spent on more sequences",
      microBatch: "nobody waits for a single token, so larger steps use the arithmetic better",
      cacheType: "full quality; a smaller type is worth it only when sequences do not fit",
    },
  },
  mixed: {
    users: 2,
    mostUsers: 8,
    context: 8192,
    leastContext: 2048,
    microBatch: 512,
    largerMicroBatches: [],
    longestStepMs: STEP_MS,
    cacheType: "f16",
    targets: READING,
    because: {
      users: "one sequence is kept for the chat, the others run jobs",
      context: "the chat sets the length; jobs need less",
      microBatch: "a chat token waits for at most one step of a job's prompt: a small step bounds that wait",
      cacheType: "full quality; a smaller type is worth it only when context does not fit",
    },
  },
  finetune: {
    users: 1,
    mostUsers: 1,
    context: 2048,
    leastContext: 512,
    microBatch: 512,
    largerMicroBatches: [],
    cacheType: "f16",
    because: {
      users: "the tuned model is evaluated one example at a time",
      context: "the length of a training example; this sizes serving the tuned model, not the training itself",
      microBatch: "the engine's default",
      cacheType: "evaluate with the cache the tuned model will be served with",
    },
  },
};

export const GOAL_NAMES: readonly Goal[] = ["interactive", "batch", "mixed", "finetune"];
