import { decodePace, type Pace } from "../../predict/speed/index.ts";
import { coresToUse, GOALS, paceInput } from "../fit/index.ts";
import type { LlamaCppSettings } from "../../facts/runtime/index.ts";
import type { Outlined } from "./outlined.ts";

/** One of some file types, and how fast it is. */
export interface Paced {
  readonly at: number;
  /** one user alone with an empty context; absent where a bandwidth is unknown */
  readonly decode?: Pace;
  /** as fast as the goal wants, at the slow end of the band or in its middle; neither: "slow"; "any" where nobody waits */
  readonly keeps: "low end" | "middle" | "slow" | "any";
}

/**
 * Of file types, largest first, the first that is as fast as somebody reads even at the slow end of its band; else in the middle of
 * it; else, where all are slow, the largest. A pace that is not known is not held against a file type.
 */
export function largestAtPace(on: Outlined, settings: LlamaCppSettings, fileTypes: readonly string[]): Paced {
  const { goal, rig, wishes } = on.setup;
  const { targets } = GOALS[goal];
  const threads = wishes.threads ?? coresToUse(rig.host.cpu);
  const paceOf = (fileType: string): { decode?: Pace } => {
    const decode = decodePace(paceInput(on.about(fileType), { settings, threads }), 0);
    return decode ? { decode } : {};
  };
  if (targets === undefined) return { at: 0, ...paceOf(fileTypes[0]!), keeps: "any" };
  const paces: { decode?: Pace }[] = [];
  for (const [at, fileType] of fileTypes.entries()) {
    const paced = paceOf(fileType);
    if (paced.decode === undefined) return { at, keeps: "any" };
    if (paced.decode.low >= targets.decodePerSec) return { at, ...paced, keeps: "low end" };
    paces.push(paced);
  }
  const middle = paces.findIndex(({ decode }) => decode!.tokensPerSec >= targets.decodePerSec);
  return middle < 0 ? { at: 0, ...paces[0], keeps: "slow" } : { at: middle, ...paces[middle], keeps: "middle" };
}
