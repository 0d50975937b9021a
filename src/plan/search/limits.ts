import { largestWithMargin, searchMargin, type Choice, type FitRequest } from "../fit/index.ts";

/** Most sequences the engine takes. */
const MOST_USERS = 256;

/** Most users that fit, each with the choice's context and its other settings; undefined where not even one does. */
export function mostUsers(request: FitRequest, choice: Pick<Choice, "settings" | "context">): number | undefined {
  const users = largestWithMargin(MOST_USERS, (sequences) =>
    searchMargin(request, { ...choice.settings, sequences, context: choice.context * sequences }),
  );
  return users > 0 ? users : undefined;
}
