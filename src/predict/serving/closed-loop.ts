import type { StepTimes } from "./simulate/step-times.ts";

/** People who ask, wait for the whole answer and ask again, before one engine that batches continuously. */
export interface ClosedLoopQuestion {
  readonly users: number;
  /** sequences at once; who finds none waits in order */
  readonly slots: number;
  /** tokens of one step, those that draw included */
  readonly stepTokens: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** each sequence has a cache of its own: then those who draw and a prompt beside them are two passes over the weights */
  readonly splitCache?: boolean;
  readonly times: StepTimes;
}

/** A steady state without chance: every request alike. */
export interface ClosedLoopFigures {
  /** of all users together */
  readonly outputTokensPerSec: number;
  /** from asking to the first token, waiting for a slot included */
  readonly ttftMs: number;
  /** most gaps, and the longer ones beside a prompt where at least one of twenty is */
  readonly gapMs: { readonly p50: number; readonly p95: number };
  /** mean time of a token without the first */
  readonly tpotMs: number;
  /** part of the time that steps with prompts take, 0 to 1 */
  readonly promptShare: number;
}

/**
 * With n = min(users, slots) and a prompt of P tokens that takes k = ceil(P / (step - (n - 1))) steps beside n - 1 who draw: while all n
 * are answered once, n k steps hold prompts and, unless prompts alone fill it, O - 1 + k steps pass. R = users x cycle / n is the time of
 * an answer by Little's law, R - cycle the wait for a slot.
 */
export function closedLoop(question: ClosedLoopQuestion): ClosedLoopFigures {
  const { users, slots, stepTokens, promptTokens, outputTokens, splitCache, times } = question;
  const active = Math.max(1, Math.min(users, slots));
  const depth = promptTokens + outputTokens / 2;
  const room = Math.max(1, stepTokens - (active - 1));
  const pieces = Math.max(1, Math.ceil(promptTokens / room));
  const piece = promptTokens / pieces;
  const plainMs = stepMs(times, active, depth, 0, 0, [active]);
  // a step that holds a prompt too is never the shorter one
  const mixedOf = (passes: readonly number[]) => stepMs(times, active - 1, depth, piece, promptTokens / 2, passes);
  const cuts = splitCache && active > 1 && piece > 1 ? splitPasses(active, piece) : [[active - 1 + piece]];
  const mixedMs = Math.max(plainMs, cuts.reduce((sum, passes) => sum + mixedOf(passes), 0) / cuts.length);
  const mixed = active * pieces;
  const needed = outputTokens - 1 + pieces;
  const steps = Math.max(needed, mixed);
  const cycleMs = mixed * mixedMs + (steps - mixed) * plainMs;
  const waitMs = (Math.max(0, users - active) * cycleMs) / active;
  const behindMs = (steps - needed) * mixedMs;
  const ownMs = pieces * mixedMs;
  const later = Math.max(1, outputTokens - 1);
  const share = mixed / steps;
  return {
    outputTokensPerSec: (1000 * active * outputTokens) / cycleMs,
    ttftMs: waitMs + behindMs + ownMs,
    gapMs: {
      p50: active > 1 && share > MOST ? mixedMs : plainMs,
      p95: active > 1 && share > SOME ? mixedMs : plainMs,
    },
    tpotMs: (cycleMs - behindMs - ownMs) / later,
    promptShare: (mixed * mixedMs) / cycleMs,
  };
}

/**
 * Micro-batches of a step with a prompt where each sequence has a cache of its own, for each sequence that may have the prompt: only
 * neighbours that follow one another go together, and what is left of the prompt alone.
 */
function splitPasses(active: number, piece: number): readonly (readonly number[])[] {
  return Array.from({ length: active }, (_, at) => {
    if (at === 0) return [active - 1, piece];
    const behind = active - 1 - at;
    return behind === 0 ? [active, piece - 1] : [at + 1, behind, piece - 1];
  });
}

const MOST = 0.5;
const SOME = 0.05;

function stepMs(
  times: StepTimes,
  streams: number,
  depth: number,
  prompt: number,
  promptDepth: number,
  passTokens: readonly number[],
): number {
  return times.stepMs({
    decodeStreams: streams,
    decodeDepthTokens: streams * depth,
    promptTokens: prompt,
    promptDepthTokens: prompt * promptDepth,
    prompts: prompt > 0 ? 1 : 0,
    passTokens,
    atMs: 0,
  });
}
