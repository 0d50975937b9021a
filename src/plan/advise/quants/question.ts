import type { Rig } from "../../../facts/hardware/index.ts";
import type { ModelOfCatalog } from "../../../facts/quality/index.ts";
import type { Goal } from "../../fit/index.ts";
import type { Outlined, SearchModel } from "../../search/index.ts";

/** A model on a rig, whose quantizations are asked for. */
export interface QuantQuestion {
  readonly model: SearchModel;
  readonly rig: Rig;
  readonly goal: Goal;
  /** as the catalog calls it; absent: its published quality cannot be looked up */
  readonly catalog?: ModelOfCatalog;
  /** also what is seldom offered is tried with layers on the CPU where it does not fit whole: that takes seconds */
  readonly thorough?: boolean;
  /** absent where the engine's graph of the architecture is not written down: then sizes alone are known */
  readonly outlined?: Outlined;
}
