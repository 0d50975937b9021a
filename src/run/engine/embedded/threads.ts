import type { Llama, LlamaModel, Token } from "node-llama-cpp";
import type { ThreadMeasurement, ThreadOptions } from "../engine.ts";
import type { StepSequence } from "./sequences.ts";

/** Below this gain more threads are not worth their noise. */
const WORTH = 0.95;
/** A number of threads this much slower than the best so far is not tried again, nor are larger ones than one that spins. */
const HOPELESS = 2;
const ROUNDS = 6;
const STEPS = 4;

/**
 * Finds the number of threads that decodes fastest now. Threads of the engine spin while they wait for each other, so on a
 * busy machine one too many costs a factor of 12 to 100 and a count of cores is no answer. The context was created for the
 * most threads; lowering the library's ceiling changes what the next step uses, so nothing is loaded again.
 */
export async function measureThreads(
  { llama, model, sequence }: { llama: Llama; model: LlamaModel; sequence: StepSequence },
  most: number,
  options: ThreadOptions,
): Promise<ThreadMeasurement> {
  const asked = options.candidates ?? candidatesUpTo(most);
  // the context has no more threads than it was created for
  const candidates = [...new Set(asked.map((threads) => Math.min(threads, most)))].sort((a, b) => a - b);
  const token = anyToken(model);
  await sequence.clearHistory();
  const clock = () => performance.now();
  const began = clock();
  const tried = await race(candidates, options.budgetMs ?? 1500, clock, async (threads) => {
    llama.maxThreads = threads;
    if (sequence.nextTokenIndex >= sequence.contextSize - 1) await sequence.clearHistory();
    await sequence.evaluateWithoutGeneratingNewTokens([token]);
  });
  await sequence.clearHistory();
  const threads = choose(tried) ?? candidates[0]!;
  llama.maxThreads = threads;
  return { threads, tried, ms: clock() - began };
}

/**
 * Times `step` with each number of threads, fewest first: few threads are never catastrophic. Each gets at least one step,
 * however slow the model; then they take turns while the budget lasts, so that a burst of other work hits all of them.
 */
export async function race(
  candidates: readonly number[],
  budgetMs: number,
  clock: () => number,
  step: (threads: number) => Promise<void>,
): Promise<ThreadMeasurement["tried"]> {
  const deadline = clock() + budgetMs;
  const samples = new Map<number, number[]>();
  const best = () => Math.min(...[...samples.values()].map(median));
  const hopeless = (ms: number) => ms > HOPELESS * best();
  let hopeful = [...candidates];
  for (let round = 0; round < ROUNDS && hopeful.length > (round === 0 ? 0 : 1); round += 1) {
    for (const threads of hopeful) {
      const turn: number[] = [];
      for (let count = 0; count < STEPS; count += 1) {
        const since = clock();
        if (round > 0 && since + median(samples.get(threads)!) > deadline) break;
        await step(threads);
        turn.push(clock() - since);
        if (clock() + turn.at(-1)! > deadline || hopeless(turn.at(-1)! / HOPELESS)) break;
      }
      // the first step after a change starts threads: it counts only where there is no other
      samples.set(threads, [
        ...(samples.get(threads) ?? []),
        ...(turn.length > 1 ? turn.slice(1) : round === 0 ? turn : []),
      ]);
      if (hopeless(median(samples.get(threads)!))) {
        const fewerAreFaster = fastest(samples) < threads;
        hopeful = hopeful.filter((other) => other !== threads && !(fewerAreFaster && other > threads));
        if (fewerAreFaster) break;
      }
    }
  }
  return [...samples].map(([threads, steps]) => ({ threads, stepMs: median(steps), steps: steps.length }));
}

/** A token to measure with; which one makes no difference to a step's duration. */
export function anyToken(model: LlamaModel): Token {
  return model.tokens.bos ?? model.tokens.eos ?? model.tokenize("a")[0]!;
}

/** The fewest threads that are nearly as fast as the fastest. */
export function choose(tried: ThreadMeasurement["tried"]): number | undefined {
  const best = Math.min(...tried.map(({ stepMs }) => stepMs));
  return tried.toSorted((a, b) => a.threads - b.threads).find(({ stepMs }) => best >= WORTH * stepMs)?.threads;
}

/** 1, 2, 4, 8, ... and the most. */
export function candidatesUpTo(most: number): number[] {
  const candidates: number[] = [];
  for (let threads = 1; threads < most; threads *= 2) candidates.push(threads);
  return [...candidates, Math.max(1, most)];
}

function fastest(samples: ReadonlyMap<number, readonly number[]>): number {
  return [...samples].reduce((best, one) => (median(one[1]) < median(best[1]) ? one : best))[0];
}

/** Of nothing: infinity. */
function median(values: readonly number[]): number {
  if (values.length === 0) return Number.POSITIVE_INFINITY;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
