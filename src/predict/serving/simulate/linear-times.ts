import type { StepTimes } from "./step-times.ts";

/** What a step takes, by its parts; ms each. Six figures that a short run of a real engine tells. */
export interface StepCosts {
  /** whatever is in it: launches, sampling, answering */
  readonly fixedMs: number;
  /** reading the weights once a pass; hides behind arithmetic, or arithmetic behind it */
  readonly weightsMs: number;
  /** arithmetic of a token that is drawn */
  readonly streamMs: number;
  /** arithmetic of a token of a prompt */
  readonly promptMs: number;
  /** a thousand tokens in the caches of those who draw */
  readonly depthMs: number;
  /** a thousand tokens before a prompt's, for each of its tokens */
  readonly promptDepthMs: number;
}

/** How reading and arithmetic come together: almost the longer of both. */
const OVERLAP = 3;

export function timesOf(costs: StepCosts, source: string, provenance: StepTimes["provenance"]): StepTimes {
  const { fixedMs, weightsMs, streamMs, promptMs, depthMs, promptDepthMs } = costs;
  const weights = weightsMs ** OVERLAP;
  return {
    stepMs(work) {
      const arithmetic = (streamMs * work.decodeStreams + promptMs * work.promptTokens) / work.passes;
      const both = Math.cbrt(weights + arithmetic * arithmetic * arithmetic);
      return (
        fixedMs +
        work.passes * both +
        (depthMs * work.decodeDepthTokens + promptDepthMs * work.promptDepthTokens) / 1000
      );
    },
    source,
    provenance,
  };
}
