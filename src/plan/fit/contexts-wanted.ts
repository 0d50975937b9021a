import type { Geometry } from "../../facts/model/index.ts";
import { GOALS, type Goal } from "./goals.ts";
import type { Wishes } from "./request.ts";

/** Contexts are given out in steps of so many tokens. */
const STEP = 256;

/** Context that a prompt of so many tokens and its answer take, tokens. */
export function roomFor(promptTokens: number, answerTokens: number): number {
  return Math.ceil((promptTokens + answerTokens) / STEP) * STEP;
}

/**
 * Context of each user that is wanted, and the least that still serves, tokens: what was asked for; else what the goal wants, and
 * no less than a stated prompt and its answer take, as far as the model was trained.
 */
export function contextsWanted(
  goal: Goal,
  { context, room = 0 }: Pick<Wishes, "context" | "room">,
  { contextLength }: Pick<Geometry, "contextLength">,
): { readonly wanted: number; readonly least: number } {
  if (context !== undefined) return { wanted: context, least: context };
  const trained = (tokens: number) => Math.min(Math.max(tokens, room), contextLength);
  return { wanted: trained(GOALS[goal].context), least: trained(GOALS[goal].leastContext) };
}
