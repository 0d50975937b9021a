import { alternatives, choose, type Choice, type FitRequest, longestContext } from "../fit/index.ts";
import { mostUsers } from "../search/index.ts";
import { arrangementFacts } from "./arrangement-facts.ts";
import { type AnswerContext, answerOf, type FitAnswer } from "./fit-numbers.ts";
import { elsewhereFacts } from "./elsewhere.ts";
import { launchFacts } from "./launch.ts";

/** The plan for a question, and what was found by weighing further ones. */
export function answerFit(request: FitRequest, context: AnswerContext): { answer: FitAnswer; choice: Choice } {
  const choice = choose(request);
  const refused = choice.prediction.kind === "rejected";
  const users = refused ? undefined : mostUsers(request, choice);
  const longest = refused ? undefined : longestContext(request, choice);
  const answer = answerOf(request, context, choice, {
    ...(longest === undefined ? {} : { longestContext: longest }),
    ...(users === undefined ? {} : { mostUsers: users }),
    wouldFit: alternatives(request, choice),
    ...(context.server ? { launch: launchFacts(choice, context.server) } : {}),
    ...(context.elsewhere ? { elsewhere: elsewhereFacts(choice, request, context.elsewhere) } : {}),
    ...(context.server && request.rig.devices.length > 1
      ? { arrangements: arrangementFacts(choice, context.server) }
      : {}),
  });
  return { answer, choice };
}
