import type { LlamaCppSettings } from "../../facts/runtime/index.ts";
import type { Pace } from "../../predict/speed/index.ts";
import type { Verdict } from "../fit/index.ts";

/** One way to lay a model over several devices, computed. */
export interface Arrangement {
  readonly kind: "free memory" | "fastest first" | "fastest last" | "one device";
  /** the devices used, in the engine's order: indexes into the rig's */
  readonly order: readonly number[];
  /** layers on each of them, the output counted as one */
  readonly layers: readonly number[];
  /** layers left on the CPU */
  readonly onHost: number;
  /** what makes it: -dev, -ts, -sm, -mg */
  readonly flags: readonly string[];
  readonly settings: LlamaCppSettings;
  readonly verdict: Verdict;
  /** memory on all devices together, bytes */
  readonly deviceBytes: number;
  /** of one user alone with an empty context; absent where a device's bandwidth is unknown */
  readonly decode?: Pace;
  readonly because: string;
}
