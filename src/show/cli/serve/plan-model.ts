import { LoadoutError } from "../../../facts/errors/index.ts";
import { planServe, type PlannedEngine, type ServeQuestion } from "../../../plan/advise/index.ts";
import { answerFit, answerServePlan, type ServePlanAnswer } from "../../../plan/answer/index.ts";
import { HOST, roomOf, type Room } from "../../../run/gateway/index.ts";
import type { ReceiptStore } from "../../../run/receipt/index.ts";
import type { PlanFlags } from "../flags.ts";
import type { Machine } from "../machine.ts";
import type { WeightsHere } from "../model/weights.ts";
import { fitQuestion, type FitQuestion } from "../question.ts";
import type { EngineChoice } from "./engine-choice.ts";

export interface ServePlanFlags extends PlanFlags {
  /** longest wait for a token that somebody else's prompt may cause, ms */
  readonly cap?: number;
  readonly stepTokens?: number;
  readonly port?: number;
}

/** A model of this machine, and how it is going to be served. */
export interface PlannedModel {
  readonly weights: WeightsHere;
  readonly choice: EngineChoice;
  readonly question: FitQuestion;
  readonly engines: readonly PlannedEngine[];
  readonly answer: ServePlanAnswer;
}

/** Throws `serve-no-fit` where nothing of the model's settings fits this machine. */
export function planModel(parts: {
  readonly machine: Machine;
  readonly weights: WeightsHere;
  readonly flags: ServePlanFlags;
  readonly choice: EngineChoice;
  readonly receipts: ReceiptStore | undefined;
}): PlannedModel {
  const { machine, weights, flags, choice, receipts } = parts;
  const server = choice.name === "llama-server" ? choice.runtime : undefined;
  const question = fitQuestion({
    machine,
    weights,
    flags,
    receipts,
    runtime: choice.runtime,
    ...(server ? { server } : {}),
  });
  const { choice: chosen } = answerFit(question.request, question.context);
  if (chosen.now.verdict === "does not fit" || chosen.prediction.kind === "rejected")
    throw new LoadoutError("serve-no-fit", { what: weights.facts.name, argument: weights.argument });
  const asked: ServeQuestion = {
    request: question.request,
    choice: chosen,
    engine: {
      name: choice.name,
      preemption: choice.name === "embedded" ? "rests" : "cut",
      promptCache: choice.name === "llama-server",
    },
    ...(flags.cap === undefined ? {} : { capMs: flags.cap }),
    ...(flags.stepTokens === undefined ? {} : { stepTokens: flags.stepTokens }),
  };
  const { server: served } = question.context;
  const answer = answerServePlan(asked, {
    model: question.context.model,
    runtime: question.runtime,
    modelArgument: weights.argument,
    assumptions: question.context.assumptions ?? [],
    ...(served ? { server: served } : {}),
    ...(flags.port === undefined ? {} : { port: flags.port }),
  });
  return { weights, choice, question, engines: planServe(asked).engines, answer };
}

/** Memory that an engine of the plan takes, by place; weights that are mapped count, since they are read all the time. */
export function needsOf({ weighed }: PlannedEngine, { request }: FitQuestion): Room {
  return roomOf(weighed.now.places.map(({ place, needHigh }) => [placeName(place, request.rig), needHigh] as const));
}

/** What a plan found free for its model, by place. */
export function roomHere({ weighed }: PlannedEngine, { request }: FitQuestion): Room {
  return roomOf(weighed.now.places.map(({ place, have }) => [placeName(place, request.rig), have] as const));
}

function placeName(place: "host" | number, rig: FitQuestion["request"]["rig"]): string {
  return place === "host" ? HOST : (rig.devices[place]?.id ?? `device ${place}`);
}
