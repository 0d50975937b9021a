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
  /** no device takes part, so that the processor's time is the engine's */
  readonly onProcessor?: boolean;
  readonly onProgress?: (what: string) => void;
  readonly signal?: AbortSignal;
}

/** Long enough that matrices are filled, short enough for three rounds. */
const PROMPT = 320;
/** The long prompt takes about this long, and no more than the context; a shorter one says too little of deep caches. */
const DEEP_MS = 10_000;
const LEAST_DEEP = 2048;
/** But on a slow or busy machine it is shorter still, for the sake of the minute. */
const MOST_DEEP_MS = 18_000;
const ROUNDS = 3;
const REPLY = 40;
const SHORTS = 3;
/** Only once, so it is longer. */
const DEEP_REPLY = 72;
const LEAST_STEPS = 6;
/** Continued as it is; it goes on for long in every model tried. */
const COUNTING = "one, two, three, four, five, six, seven, eight,";

/**
 * Rates with an empty cache, after a prompt, and deep in the cache, in turns so that a burst of other work hits all of them.
 * Half a minute on a machine that reads a hundred prompt tokens a second.
 */
export async function measureRates(engine: RunningEngine, options: RateOptions): Promise<MeasuredRate[]> {
  const { context, text, onProcessor = false, onProgress, signal } = options;
  const rates: MeasuredRate[] = [];
  const decode = ({ promptTokens, completionTokens, tokenMs }: Reply) => {
    // the first step after a prompt starts threads and is left out with it
    const steps = tokenMs.slice(2);
    if (steps.length < LEAST_STEPS) return;
    const at = promptTokens + completionTokens / 2;
    rates.push({ what: "decode", at, perSec: 1000 / fastTenth(steps), tokens: steps.length });
  };
  const prefill = (reply: Reply) => {
    const { promptTokens } = reply;
    const perSec = (promptTokens / ownMs(reply, onProcessor)) * 1000;
    rates.push({ what: "prefill", at: promptTokens, perSec, tokens: promptTokens });
  };
  const run = (what: string, prompt: string, maxTokens: number) => {
    onProgress?.(what);
    return replyTo(engine, prompt, maxTokens, signal);
  };

  const prompt = await promptOf(engine, text, Math.min(PROMPT, context - REPLY));
  for (let round = 0; round < ROUNDS; round += 1) {
    const short = await run(`decoding, round ${round + 1} of ${ROUNDS}`, COUNTING, REPLY);
    decode(short);
    // what a prompt takes at all shows in a short one, where any other work shows as well: the fastest of a few
    const shorts = [short];
    while (shorts.length < SHORTS) shorts.push(await run("a short prompt", COUNTING, 1));
    prefill(shorts.toSorted((a, b) => ownMs(a, onProcessor) - ownMs(b, onProcessor))[0]!);
    const whole = await run(`a prompt, round ${round + 1} of ${ROUNDS}`, prompt, 1);
    prefill(whole);
    if (round > 0) continue;
    const { promptTokens, prefillMs } = whole;
    const within = (ms: number) => Math.floor((ms / prefillMs) * promptTokens);
    const length = Math.min(
      context - DEEP_REPLY - 8,
      Math.max(LEAST_DEEP, within(DEEP_MS)),
      Math.max(2 * PROMPT, within(MOST_DEEP_MS)),
    );
    if (length < 2 * PROMPT) continue;
    const deep = await run("a long prompt", await promptOf(engine, text, length), DEEP_REPLY);
    prefill(deep);
    decode(deep);
  }
  return rates.filter((rate) => !disturbed(rate, rates));
}

/** Whole rounds are left out where they are well below the best at the same place: another program had the processor. */
function disturbed({ what, at, perSec }: MeasuredRate, rates: readonly MeasuredRate[]): boolean {
  const alike = rates.filter((rate) => rate.what === what && rate.at === at);
  return perSec < UNDISTURBED * Math.max(...alike.map((rate) => rate.perSec));
}
const UNDISTURBED = 0.85;

/**
 * What a prompt takes: as long as it took, but where other programs had the processor for much of it the time the engine had there,
 * of each of its threads. A prompt is long and has no fast tenth of its steps.
 */
function ownMs({ prefillMs, prefillProcessorMs, threads }: Reply, onProcessor: boolean): number {
  if (!onProcessor || !prefillProcessorMs || threads === undefined) return prefillMs;
  const had = prefillProcessorMs / threads;
  return had < UNDISTURBED * prefillMs ? had : prefillMs;
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

/**
 * Other programs only ever make a step look slower, so the fast ones say what the machine does: the tenth percentile is 2% to
 * 5% below the median where nothing else runs, and hardly moves where seven programs want each core.
 */
function fastTenth(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 10)]!;
}
