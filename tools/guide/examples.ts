import type { Decision } from "../../src/plan/fit/index.ts";
import { given } from "./page.ts";

/** The set-up that the first steps take apart: a small dense model with full attention, on a common card of the second hand. */
export const NAPKIN = "loadout fit qwen3-8b:Q8_0 --gpu rtx-3090";

/** What a plan chose for a setting. */
export function chosen(decisions: readonly Decision[], setting: string): Decision["value"] {
  return decisionOn(decisions, setting).value;
}

export function decisionOn(decisions: readonly Decision[], setting: string): Decision {
  return given(
    decisions.find((decision) => decision.setting === setting),
    `decision on ${setting}`,
  );
}
