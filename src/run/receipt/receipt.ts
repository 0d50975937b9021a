import type { LlamaCppSettings } from "../../facts/runtime/index.ts";
import type { Estimate } from "../../predict/estimate/index.ts";

/** A run as it is handed in: what was predicted and what happened. */
export interface NewReceipt {
  /** stable name of the machine and what is in it, from the probe */
  readonly machine: string;
  readonly engine: ReceiptEngine;
  readonly model: ReceiptModel;
  /** `threadsAsked`: the person named the number of threads, so it is no measurement */
  readonly settings: LlamaCppSettings & { readonly threads?: number; readonly threadsAsked?: true };
  readonly goal?: string;
  readonly memory: readonly ReceiptTerm[];
  readonly rates: readonly ReceiptRate[];
  readonly times?: ReceiptTimes;
  /** the whole predicted memory tree */
  readonly prediction?: Estimate;
  /** the file of the bench run that measured the rates on a server */
  readonly bench?: string;
}

export interface Receipt extends NewReceipt {
  readonly id: number;
  /** milliseconds since 1970 */
  readonly atMs: number;
}

interface ReceiptEngine {
  readonly name: string;
  readonly version: string;
  readonly build: string;
  readonly backend: string;
}

interface ReceiptModel {
  readonly name: string;
  readonly fileBytes: number;
  readonly sha256?: string;
  readonly architecture?: string;
  readonly quantization?: string;
}

/** One term of memory in bytes. `path`: its keys in the tree of the prediction, "host/weights". */
export interface ReceiptTerm {
  readonly path: string;
  readonly place: string;
  readonly term: string;
  readonly predictedBytes?: number;
  readonly actualBytes?: number;
  /** equal at every digit the engine printed */
  readonly exact?: boolean;
}

/** A rate in tokens per second. */
export interface ReceiptRate {
  readonly what: "decode" | "prefill";
  /** tokens in each cache, or of the prompt; absent: as the receipt's times say */
  readonly at?: number;
  /** that drew at once; the rate is of all together. Absent: one */
  readonly streams?: number;
  /** the prediction without any calibration: what later calibrations are computed from */
  readonly basePerSec?: number;
  /** the prediction that was shown, with its band */
  readonly predictedPerSec?: number;
  readonly lowPerSec?: number;
  readonly highPerSec?: number;
  readonly measuredPerSec: number;
  /** tokens measured over */
  readonly tokens: number;
}

export interface ReceiptTimes {
  readonly loadMs: number;
  readonly firstTokenMs: number;
  readonly promptTokens: number;
  readonly replyTokens: number;
}

/** Predicted minus actual where both are known; 0 where the engine's digits agree, since below them nothing is known. */
export function residualBytes(term: ReceiptTerm): number | undefined {
  if (term.predictedBytes === undefined || term.actualBytes === undefined) return undefined;
  return term.exact === true ? 0 : term.predictedBytes - term.actualBytes;
}
