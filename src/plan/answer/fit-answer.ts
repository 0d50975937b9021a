import { embedsTexts } from "../../facts/model/index.ts";
import { coarseTraining } from "../../predict/training/index.ts";
import { alternatives, choose, type Choice, type FitRequest, longestContext } from "../fit/index.ts";
import { mostUsers } from "../search/index.ts";
import { arrangementFacts } from "./arrangement-facts.ts";
import { type AnswerContext, answerOf, type FitAnswer } from "./fit-numbers.ts";
import { elsewhereFacts } from "./elsewhere.ts";
import { launchFacts } from "./launch.ts";
import { speculationFacts } from "./speculation-facts.ts";

/** The plan for a question, and what was found by weighing further ones. */
export function answerFit(request: FitRequest, context: AnswerContext): { answer: FitAnswer; choice: Choice } {
  const choice = choose(request);
  const refused = choice.prediction.kind === "rejected";
  // texts that wait keep nothing
  const users = refused || embedsTexts(request.geometry) ? undefined : mostUsers(request, choice);
  const longest = refused ? undefined : longestContext(request, choice);
  const answer = answerOf(request, context, choice, {
    ...(longest === undefined ? {} : { longestContext: longest }),
    ...(users === undefined ? {} : { mostUsers: users }),
    wouldFit: alternatives(request, choice),
    ...(request.goal === "finetune" ? { training: coarseTraining(request.shapes ?? request.tensors) } : {}),
    ...(context.server ? { launch: launchFacts(choice, context.server) } : {}),
    ...(context.elsewhere ? { elsewhere: elsewhereFacts(choice, request, context.elsewhere) } : {}),
    ...(context.server && request.rig.devices.length > 1
      ? { arrangements: arrangementFacts(choice, context.server) }
      : {}),
  });
  const speculation = answer.speed.decode && speculationFacts(request, choice);
  return { answer: speculation ? { ...answer, speed: { ...answer.speed, speculation } } : answer, choice };
}
