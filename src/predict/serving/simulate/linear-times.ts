import type { StepTimes } from "./step-times.ts";

/** What a step takes, by its parts; ms each. Figures that a short run of a real engine tells. */
export interface StepCosts {
  /** whatever is in it: launches, sampling, answering */
  readonly fixedMs: number;
  /** reading the weights once a micro-batch; hides behind arithmetic, or arithmetic behind it */
  readonly weightsMs: number;
  /** arithmetic of a token of a micro-batch that holds a few */
  readonly streamMs: number;
  /** arithmetic of a token of a micro-batch that holds many: a prompt's */
  readonly promptMs: number;
  /** a thousand tokens in the caches of those who draw */
  readonly depthMs: number;
  /** a thousand tokens before a prompt's, for each of its tokens */
  readonly promptDepthMs: number;
  /**
   * by tokens of a micro-batch, from one on: how many times as long it takes as the figures above say. Kernels for one token, for a
   * few and for many are not the same, and no smooth formula goes through all. Absent: 1; beyond the last: the last, fading
   */
  readonly fewFactors?: readonly number[];
}

/** How reading and arithmetic come together: almost the longer of both. */
const OVERLAP = 3;
/** up to so many tokens at least a micro-batch holds a few; from so many times that on, many */
const FEW = 4;
const MANY_TIMES = 8;
/** micro-batches whose times are worked out once */
const TABLE = 64;

export function timesOf(costs: StepCosts, source: string, provenance: StepTimes["provenance"]): StepTimes {
  const { fixedMs, weightsMs, streamMs, promptMs, depthMs, promptDepthMs, fewFactors = [] } = costs;
  const weights = weightsMs ** OVERLAP;
  const few = Math.max(FEW, fewFactors.length);
  const passMs = (tokens: number): number => {
    const fewness = fewnessOf(tokens, few);
    const arithmetic = tokens * (promptMs + (streamMs - promptMs) * fewness);
    const both = Math.cbrt(weights + arithmetic * arithmetic * arithmetic);
    const factor = fewFactors[Math.min(Math.round(tokens), fewFactors.length) - 1] ?? 1;
    return both * (tokens <= fewFactors.length ? factor : 1 + (factor - 1) * fewness);
  };
  const table = Float64Array.from({ length: TABLE + 1 }, (_, tokens) => passMs(tokens));
  return {
    stepMs({ passTokens, decodeDepthTokens, promptDepthTokens }) {
      let ms = fixedMs;
      for (const tokens of passTokens) ms += table[tokens] ?? passMs(tokens);
      return ms + (depthMs * decodeDepthTokens + promptDepthMs * promptDepthTokens) / 1000;
    },
    source,
    provenance,
  };
}

/** 1 where a micro-batch holds a few tokens, 0 where it holds many, straight between them in the logarithm. */
function fewnessOf(tokens: number, few: number): number {
  if (tokens <= few) return 1;
  return Math.max(0, 1 - Math.log(tokens / few) / Math.log(MANY_TIMES));
}
