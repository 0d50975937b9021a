import type { MemoryTerm } from "../../predict/memory/index.ts";
import type { Pace } from "../../predict/speed/index.ts";
import type { ANSWER_VERSION, FitAnswer } from "./fit-numbers.ts";

/** One term set against what the engine reported. Bytes; `printedBytes` is rounded as the engine printed it. */
export interface TermResidual {
  readonly place: string;
  readonly term: MemoryTerm | "lora";
  readonly predictedBytes: number;
  readonly actualBytes?: number;
  /** the engine's own digits, MiB: "92.10", or several lines as "6.00 + 15.00" */
  readonly printedMiB?: string;
  /** predicted - actual */
  readonly residualBytes?: number;
  /** equal at every digit the engine printed */
  readonly exact?: boolean;
}

export interface RateResidual {
  readonly what: "decode" | "prefill";
  readonly predicted?: Pace;
  readonly actual: number;
  /** measured / predicted */
  readonly ratio?: number;
  readonly insideBand?: boolean;
}

/** The whole loop: planned, started, answered, measured, set against the prediction. */
export interface RunAnswer {
  readonly schema: typeof ANSWER_VERSION;
  readonly kind: "run";
  readonly fit: FitAnswer;
  readonly reply: {
    readonly prompt: string;
    readonly text: string;
    readonly promptTokens: number;
    readonly replyTokens: number;
    readonly finishReason: string;
  };
  readonly measured: {
    readonly loadMs: number;
    readonly firstTokenMs: number;
    /** from the command's start to the first token */
    readonly startToFirstTokenMs: number;
    readonly prefillTokensPerSec: number;
    readonly decodeTokensPerSec?: number;
    readonly threads: number;
  };
  readonly memory: readonly TermResidual[];
  readonly rates: readonly RateResidual[];
  readonly receipt?: { readonly id: number; readonly database: string };
  readonly next: readonly string[];
}
