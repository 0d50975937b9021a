import type { Pace } from "../../predict/speed/index.ts";
import type { ANSWER_VERSION, ModelFacts, RuntimeFacts } from "./fit-answer.ts";

/** A rate of this machine: predicted before, measured, predicted after. Tokens per second. */
export interface CalibratedRate {
  readonly what: "decode" | "prefill";
  /** tokens in the cache, or of the prompt */
  readonly at: number;
  /** median of the rounds */
  readonly measured: number;
  readonly rounds: number;
  readonly before?: Pace;
  readonly after?: Pace;
}

/** What a calibration measured of this machine, and what it makes of the predictions. */
export interface CalibrateAnswer {
  readonly schema: typeof ANSWER_VERSION;
  readonly kind: "calibration";
  readonly model: ModelFacts;
  readonly runtime: RuntimeFacts;
  readonly threads: number;
  /** copy bandwidth of the host, bytes read and written per second */
  readonly bandwidthBytesPerSec?: number;
  readonly rates: readonly CalibratedRate[];
  readonly tookMs: number;
  /** absent where receipts cannot be written */
  readonly stored?: { readonly id: number; readonly database: string };
  readonly next: readonly string[];
}
