import { LoadoutError } from "../../../facts/errors/index.ts";
import type { Reply, RunningEngine } from "../../engine/index.ts";

/** A rate of this machine at a depth (decode: tokens in the cache, on average) or a prompt's length (prefill). */
export interface MeasuredRate {
  readonly what: "decode" | "prefill";
  readonly at: number;
  readonly perSec: number;
  /** tokens measured over */
  readonly tokens: number;
}

export interface RateOptions {
  /** longest prompt and reply together that the engine was started for */
  readonly context: number;
  /** text to make prompts of; repeated where it is too short */
  readonly text: string;
  readonly clock: () => number;
  readonly onProgress?: (what: string) => void;
  readonly signal?: AbortSignal;
}

/** A prompt of one micro-batch, what most prompts' rate is told by. */
const PROMPT = 512;
/** The long prompt takes about this long, and no more than the context. */
const DEEP_MS = 15_000;
const LEAST_DEEP = 1024;
const ROUNDS = 3;
const REPLY = { short: 32, prompt: 8, deep: 24 } as const;
/** Continued as it is; it goes on for long in every model tried. */
const COUNTING = "one, two, three, four, five, six, seven, eight,";

/**
 * Rates with an empty cache, after a prompt, and deep in the cache, in turns so that a burst of other work hits all of them.
 * Under a minute on a machine that reads a hundred prompt tokens a second.
 */
export async function measureRates(engine: RunningEngine, options: RateOptions): Promise<MeasuredRate[]> {
  const { context, text, clock, onProgress, signal } = options;
  const rates: MeasuredRate[] = [];
  const began = clock();
  const run = async (what: string, prompt: string, maxTokens: number): Promise<Reply> => {
    onProgress?.(what);
    const reply = await replyTo(engine, prompt, maxTokens, signal);
    if (reply.completionTokens > 2) {
      // the first step after a prompt starts threads and is left out with it
      const steps = reply.tokenMs.slice(1);
      const at = reply.promptTokens + reply.completionTokens / 2;
      rates.push({ what: "decode", at, perSec: 1000 / median(steps), tokens: steps.length });
    }
    return reply;
  };
  const prefill = ({ promptTokens, prefillMs }: Reply) =>
    rates.push({ what: "prefill", at: promptTokens, perSec: (promptTokens / prefillMs) * 1000, tokens: promptTokens });

  const prompt = await promptOf(engine, text, Math.min(PROMPT, context - REPLY.short));
  for (let round = 0; round < ROUNDS; round += 1) {
    await run(`decoding, round ${round + 1} of ${ROUNDS}`, COUNTING, REPLY.short);
    prefill(await run(`a prompt, round ${round + 1} of ${ROUNDS}`, prompt, REPLY.prompt));
    if (round > 0) continue;
    const perToken = (clock() - began) / PROMPT;
    const length = Math.min(context - REPLY.deep - 8, Math.max(LEAST_DEEP, Math.floor(DEEP_MS / perToken)));
    if (length < 2 * PROMPT) continue;
    prefill(await run("a long prompt", await promptOf(engine, text, length), REPLY.deep));
  }
  return rates;
}

async function replyTo(
  engine: RunningEngine,
  prompt: string,
  maxTokens: number,
  signal: AbortSignal | undefined,
): Promise<Reply> {
  if (signal?.aborted) throw new LoadoutError("interrupted");
  let reply: Reply | undefined;
  const request = { prompt, maxTokens, reusePrefix: false, ...(signal ? { signal } : {}) };
  for await (const event of engine.chat(request)) if (event.kind === "end") reply = event.reply;
  if (signal?.aborted || !reply) throw new LoadoutError("interrupted");
  return reply;
}

/** So much of a text, again and again, that it has about so many tokens and never more. */
async function promptOf(engine: RunningEngine, text: string, tokens: number): Promise<string> {
  const words = text.split(/\s+/).filter((word) => word !== "");
  const perWord = (await engine.countTokens(words.join(" "))) / words.length;
  let count = Math.floor(tokens / perWord);
  for (;;) {
    const prompt = Array.from({ length: count }, (_, index) => words[index % words.length]).join(" ");
    if ((await engine.countTokens(prompt)) < tokens || count <= 1) return prompt;
    count = Math.floor(count * 0.97);
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
