import { prefillPace, type PaceInput } from "../../speed/index.ts";
import type { PromptTime } from "./prompt-time.ts";

/**
 * Small steps on a processor. From 64 tokens on its attention works in tiles; below, token by token, and kernels are not filled.
 * A 135M model on one AVX2 thread, prompts of 768 and 1110 tokens: 62 took 1.2 times as long as 510, 30 1.33 times, 126 1.02 times.
 */
const TILE_TOKENS = 64;
const UNTILED = { excess: 0.2, perFold: 0.12 };
const HOST_KNEE_TOKENS = 20;

function smallStep(stepTokens: number): number {
  if (stepTokens >= TILE_TOKENS) return (HOST_KNEE_TOKENS / stepTokens) ** 2;
  return UNTILED.excess + UNTILED.perFold * (TILE_TOKENS / stepTokens - 1);
}

/** Beyond this nothing is won. */
const MOST_STEP = 2048;
/** The knee is one machine's: the excess over 1 may be half or twice as large. */
const KNEE_SPREAD = 0.7;
/** Of a ratio of two predicted times most of the error cancels; assumed. */
const RATIO_SHARE = 0.2;

/** Prompts as the speed model predicts them; undefined where it claims no pace. */
export function predictedPromptTime(input: PaceInput): PromptTime | undefined {
  const pace = (stepTokens: number, promptTokens: number) =>
    prefillPace({ ...input, microBatch: stepTokens }, promptTokens);
  const probe = pace(512, 512);
  if (!probe) return undefined;
  const hostShare = probe.workers?.host ?? 0;
  const excess = (stepTokens: number) => hostShare * smallStep(Math.min(stepTokens, MOST_STEP));
  const spread = Math.log(probe.high / probe.tokensPerSec);
  const filledMs = (stepTokens: number, promptTokens: number) =>
    (promptTokens / pace(stepTokens, promptTokens)!.tokensPerSec) * 1000;
  return {
    promptMs: (stepTokens, promptTokens) => filledMs(stepTokens, promptTokens) * (1 + excess(stepTokens)),
    partMs: (tokens, place, beside) => {
      const step = tokens + beside;
      const ms =
        place - tokens >= step
          ? filledMs(step, place) - filledMs(step, place - tokens)
          : (tokens / step) * filledMs(step, step);
      return ms * (1 + excess(tokens));
    },
    spread,
    ratioSpread: (stepTokens) =>
      Math.hypot(RATIO_SHARE * spread, (KNEE_SPREAD * excess(stepTokens)) / (1 + excess(stepTokens))),
    provenance: probe.provenance,
    source: input.calibration?.prefill ? "the speed model, corrected by this machine's runs" : "the speed model",
  };
}
