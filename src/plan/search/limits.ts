import { largestWithMargin, weigh, type Choice, type FitRequest } from "../fit/index.ts";

/** Most sequences the engine takes. */
const MOST_USERS = 256;

/** Most users that fit, each with the choice's context and its other settings; undefined where not even one does. */
export function mostUsers(request: FitRequest, choice: Pick<Choice, "settings" | "context">): number | undefined {
  const marginOf = (users: number): number => {
    const settings = { ...choice.settings, sequences: users, context: choice.context * users };
    const { prediction, now } = weigh(request, settings);
    return prediction.kind === "rejected" ? -Infinity : now.marginBytes;
  };
  const users = largestWithMargin(MOST_USERS, marginOf);
  return users > 0 ? users : undefined;
}
