import type { SpeedChip } from "./chip.ts";
import type { PaceInput } from "./input.ts";

/** What else moves the pace of a step: how the engine was built and told to run. */
export interface Conditions {
  /** false: the matrix of scores passes through memory */
  readonly flashAttention: boolean;
  /** month of the engine's build, "2026-10"; builds before June 2024 spend more per layer */
  readonly built?: string;
  /** other: a program around or beside llama.cpp. llamafile's LocalScore: another program around older kernels, and a class of its own */
  readonly program: "llama.cpp" | "localscore" | "other";
  readonly windows: boolean;
}

const GRAPHS_SINCE = "2024-06";
const FASTER_PROMPTS_SINCE = "2025-06";

export function isOld({ built, program }: Conditions): boolean {
  return built !== undefined && built < GRAPHS_SINCE && program === "llama.cpp";
}

/** A build without a date is taken for a recent one. */
export function isRecent({ built, program }: Conditions): boolean {
  return program === "llama.cpp" && (built === undefined || built >= FASTER_PROMPTS_SINCE);
}

/** Runs whose kernels were not fitted: other programs, and LocalScore on AMD, where it falls back to slow ones. */
export function isOther({ program }: Conditions, { vendor }: Pick<SpeedChip, "vendor">): boolean {
  return program === "other" || (program === "localscore" && vendor === "amd");
}

export function conditionsOf({ flashAttention = true, built, program = "llama.cpp", host }: PaceInput): Conditions {
  return {
    flashAttention: flashAttention !== false,
    ...(built !== undefined && { built }),
    program,
    windows: host.os === "win32",
  };
}
