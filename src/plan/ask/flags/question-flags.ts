import type { DraftFlags } from "./draft-flags.ts";
import type { MediaFlags } from "./media.ts";
import type { PlanFlags, RuntimeFlags } from "./plan-flags.ts";
import type { RigFlags } from "./rig-flags.ts";
import type { DiskRate } from "./wanted-flags.ts";

/** Flags that say which weights are meant. */
export interface ModelFlags {
  readonly quant?: string;
  readonly models?: readonly string[];
  /** "mtp": the block that guesses ahead is wanted too, which only some files have */
  readonly draft?: string;
}

/** What `fit` and `explain` take alike. */
export interface QuestionFlags extends PlanFlags, RuntimeFlags, RigFlags, DraftFlags, MediaFlags {
  readonly prompt?: string;
  readonly answer?: number;
  readonly cached?: number;
  readonly quant?: string;
  readonly disk?: DiskRate;
}

export interface QuantsFlags
  extends Pick<PlanFlags, "goal" | "context" | "users" | "kvType" | "models" | "json">, RigFlags {
  readonly build?: string;
  readonly all?: boolean;
}

export interface OffloadFlags extends Omit<QuestionFlags, keyof DraftFlags | keyof MediaFlags> {
  readonly jobs?: number;
  readonly atLeast?: number;
  /** ms */
  readonly wait?: number;
  readonly hostWatts?: number;
}
