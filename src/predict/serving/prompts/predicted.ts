import { prefillPace, type PaceInput } from "../../speed/index.ts";
import type { PromptTime } from "./prompt-time.ts";

/**
 * Small steps on a processor: its kernels for prompts lose by the square of this over the step. A 135M model on one AVX2 thread
 * took 1.39 times as long with steps of 32 as with 2048, 1.036 with 128, 1.016 with 512 (one run each).
 */
const HOST_KNEE_TOKENS = 20;
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
  const excess = (stepTokens: number) => hostShare * (HOST_KNEE_TOKENS / stepTokens) ** 2;
  const spread = Math.log(probe.high / probe.tokensPerSec);
  return {
    promptMs: (stepTokens, promptTokens) =>
      (promptTokens / pace(stepTokens, promptTokens)!.tokensPerSec) * 1000 * (1 + excess(stepTokens)),
    spread,
    ratioSpread: (stepTokens) =>
      Math.hypot(RATIO_SHARE * spread, (KNEE_SPREAD * excess(stepTokens)) / (1 + excess(stepTokens))),
    provenance: probe.provenance,
    source: input.calibration?.prefill ? "the speed model, corrected by this machine's runs" : "the speed model",
  };
}
