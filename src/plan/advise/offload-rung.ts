import type { LlamaCppSettings } from "../../facts/runtime/index.ts";
import type { Pace, Traffic } from "../../predict/speed/index.ts";
import type { Weighed } from "../fit/index.ts";

/** Which parts of a model leave the device. */
export type RungKind = "whole" | "cache" | "experts" | "layers" | "prompts" | "host";

/** One choice between everything on the devices and everything in RAM. */
export interface RungPlan {
  readonly kind: RungKind;
  readonly name: string;
  /** flags of llama.cpp that make it */
  readonly flags: readonly string[];
  readonly placement: RungPlacement;
}

/** The settings that differ from rung to rung. */
export type RungPlacement = Pick<
  LlamaCppSettings,
  "gpuLayers" | "expertLayersOnHost" | "cacheOnHost" | "devices" | "opOffload"
>;

/** A rung under the settings of a chat or of a batch job. */
export interface RungUse extends Weighed {
  /** stored bytes of weights that find no room in RAM */
  readonly fromDiskBytes: number;
  /** one token (of all streams together) with the prompt in the cache; absent where a bandwidth is unknown */
  readonly decode?: Pace;
  readonly prefill?: Pace;
  readonly traffic: Traffic;
}

export interface ChatUse extends RungUse {
  /** from sending the prompt to its first token, nothing cached */
  readonly firstTokenMs?: TimeBand;
  /** the same where a share of the prompt is cached, if one was asked about */
  readonly cached?: { readonly share: number; readonly computedTokens: number; readonly firstTokenMs: TimeBand };
}

/** A time with its 80% band. */
export interface TimeBand {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface BatchUse extends RungUse {
  readonly seconds?: TimeBand;
  readonly energy?: JobEnergy;
}

/** What a batch job draws. Absent = not known; never zero. */
export interface JobEnergy {
  /** devices at their power limit while they work; what they draw while they wait is not in it */
  readonly deviceJoules?: number;
  readonly deviceBusySeconds: number;
  /** the rest of the machine, all the time */
  readonly hostJoules?: number;
}

export interface Rung extends RungPlan {
  readonly chat: ChatUse;
  readonly batch: BatchUse;
}
