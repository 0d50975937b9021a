import type { FitAnswer, ANSWER_VERSION } from "./fit-numbers.ts";
import type { FrontierAnswer } from "./frontier-answer.ts";
import type { KvAnswer } from "./kv-answer.ts";
import type { QuantsAnswer } from "./quants-answer.ts";

/** All that is known of one loadout, or of several beside each other, for a page that is kept. */
export interface ReportAnswer {
  readonly schema: typeof ANSWER_VERSION;
  readonly kind: "report";
  /** the first one is what others are compared with; at most four */
  readonly loadouts: readonly ReportLoadout[];
  readonly versions: { readonly loadout: string; readonly facts: string };
  /** published figures of the devices that are named, and whose they are */
  readonly devices: readonly ReportDevice[];
  /** files that were written */
  readonly files?: readonly string[];
}

export interface ReportLoadout {
  /** short, and not the same as another's */
  readonly name: string;
  /** the command that asks for it */
  readonly ask: string;
  readonly fit: FitAnswer;
  /** absent where the engine would refuse */
  readonly kv?: KvAnswer;
  /** absent where no setting of a server fits or no pace is known: then `frontierUnknown` says which */
  readonly frontier?: FrontierAnswer;
  readonly frontierUnknown?: string;
  readonly quants?: QuantsAnswer;
  /** the newest run of it here, where there was one */
  readonly receipt?: ReportReceipt;
}

export interface ReportDevice {
  readonly name: string;
  readonly id: string;
  readonly source: string;
}

/** A run on this machine: predicted and measured. */
export interface ReportReceipt {
  readonly id: number;
  readonly atMs: number;
  readonly engine: string;
  readonly context: number;
  readonly sequences: number;
  readonly memory: readonly ReportTerm[];
  readonly rates: readonly {
    readonly what: "decode" | "prefill";
    readonly predictedPerSec?: number;
    readonly lowPerSec?: number;
    readonly highPerSec?: number;
    readonly measuredPerSec: number;
    readonly tokens: number;
  }[];
  readonly times?: { readonly loadMs: number; readonly firstTokenMs: number };
}

/** One term of memory. Bytes. */
export interface ReportTerm {
  readonly place: string;
  readonly term: string;
  readonly predictedBytes?: number;
  readonly actualBytes?: number;
  /** predicted less actual; 0 where the engine's digits agree */
  readonly residualBytes?: number;
}
