import type { Pace } from "../../predict/speed/index.ts";
import type { ANSWER_VERSION, ModelFacts, RuntimeFacts } from "./fit-numbers.ts";

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

/** What was measured with one model. */
export interface CalibratedModel {
  readonly model: ModelFacts;
  readonly threads: number;
  readonly rates: readonly CalibratedRate[];
  /** absent where receipts cannot be written */
  readonly stored?: { readonly id: number; readonly database: string };
}

/** What a calibration measured of this machine, and what it makes of the predictions. */
export interface CalibrateAnswer {
  readonly schema: typeof ANSWER_VERSION;
  readonly kind: "calibration";
  readonly runtime: RuntimeFacts;
  /** copy bandwidth of the host, bytes read and written per second */
  readonly bandwidthBytesPerSec?: number;
  readonly models: readonly CalibratedModel[];
  readonly tookMs: number;
  /** what makes these figures less sure */
  readonly notes: readonly string[];
  readonly next: readonly string[];
}
