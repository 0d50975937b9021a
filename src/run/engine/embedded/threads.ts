import type { Llama, LlamaContextSequence, LlamaModel, Token } from "node-llama-cpp";
import type { ThreadMeasurement, ThreadOptions } from "../engine.ts";

/** Below this gain more threads are not worth their noise. */
const WORTH = 0.95;
/** A candidate this much slower than the best is not tried again. */
const HOPELESS = 2;

/**
 * Finds the number of threads that decodes fastest now. Threads of the engine spin while they wait for each other, so on a
 * busy machine one too many costs a factor of 12 to 100 and a count of cores is no answer. The context was created for the
 * most threads; lowering the library's ceiling changes what the next step uses, so nothing is loaded again.
 * Candidates take turns, and medians are compared: a burst of other work then hits all of them.
 */
export async function measureThreads(
  { llama, model, sequence }: { llama: Llama; model: LlamaModel; sequence: LlamaContextSequence },
  most: number,
  options: ThreadOptions,
): Promise<ThreadMeasurement> {
  const asked = options.candidates ?? candidatesUpTo(most);
  // the context has no more threads than it was created for
  const candidates = [...new Set(asked.map((threads) => Math.min(threads, most)))];
  const budgetMs = options.budgetMs ?? 1500;
  const began = performance.now();
  const samples = new Map<number, number[]>(candidates.map((threads) => [threads, []]));
  const token = anyToken(model);
  let hopeful = [...candidates];
  let longest = 0;
  await sequence.clearHistory();
  rounds: for (let round = 0; round < 6; round += 1) {
    for (const threads of hopeful) {
      llama.maxThreads = threads;
      const steps = samples.get(threads)!;
      // the first step after a change starts threads and is not counted
      for (let step = 0; step < 4; step += 1) {
        if (sequence.nextTokenIndex >= sequence.contextSize - 1) await sequence.clearHistory();
        const since = performance.now();
        await sequence.evaluateWithoutGeneratingNewTokens([token]);
        const ms = performance.now() - since;
        longest = Math.max(longest, ms);
        if (step > 0) steps.push(ms);
        const left = budgetMs - (performance.now() - began);
        if (left < longest) break rounds;
        if (ms > HOPELESS * 4 * bestOf(samples)) break;
      }
    }
    const best = bestOf(samples);
    hopeful = hopeful.filter((threads) => median(samples.get(threads)!) < HOPELESS * best);
    if (hopeful.length === 1) break;
  }
  await sequence.clearHistory();
  const tried = candidates
    .map((threads) => ({ threads, stepMs: median(samples.get(threads)!), steps: samples.get(threads)!.length }))
    .filter(({ steps }) => steps > 0);
  const threads = choose(tried) ?? candidates[0]!;
  llama.maxThreads = threads;
  return { threads, tried, ms: performance.now() - began };
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

function bestOf(samples: ReadonlyMap<number, readonly number[]>): number {
  return Math.min(...[...samples.values()].map(median));
}

/** Of nothing: infinity. */
function median(values: readonly number[]): number {
  if (values.length === 0) return Number.POSITIVE_INFINITY;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
