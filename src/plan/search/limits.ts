import { good, largestThat, weigh, type Choice, type FitRequest } from "../fit/index.ts";

/** Most sequences the engine takes. */
const MOST_USERS = 256;

/** Most users that fit, each with the choice's context and its other settings; undefined where not even one does. */
export function mostUsers(request: FitRequest, choice: Pick<Choice, "settings" | "context">): number | undefined {
  const fits = (users: number): boolean => {
    const settings = { ...choice.settings, sequences: users, context: choice.context * users };
    return good(weigh(request, settings).now.verdict);
  };
  const users = largestThat(MOST_USERS, fits);
  return users > 0 ? users : undefined;
}
