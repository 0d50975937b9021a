import { LoadoutError } from "../../../facts/errors/index.ts";
import { planServe, type PlannedEngine, type ServeQuestion } from "../../../plan/advise/index.ts";
import { answerFit, answerServePlan, targetFacts, type ServePlanAnswer } from "../../../plan/answer/index.ts";
import type { Choice } from "../../../plan/fit/index.ts";
import type { MeasuredPrompt } from "../../../predict/serving/index.ts";
import { HOST, roomOf, sum, type Room } from "../../../run/gateway/index.ts";
import type { ReceiptStore } from "../../../run/receipt/index.ts";
import { beforeOf } from "../before.ts";
import type { Machine } from "../machine.ts";
import type { EngineChoice } from "./engine-choice.ts";
import { NO_EXTRAS, type Extras } from "./extras.ts";
import { type ServeTarget, settingForTarget } from "./target.ts";
import { promptsKnown } from "./prompts-known.ts";
import type { PlanFlags } from "../../../plan/ask/flags/index.ts";
import type { WeightsHere } from "../../../plan/ask/model/index.ts";
import { fitQuestion, type FitQuestion } from "../../../plan/ask/question/index.ts";

export interface ServePlanFlags extends PlanFlags {
  /** longest wait for a token that somebody else's prompt may cause, ms */
  readonly cap?: number;
  readonly stepTokens?: number;
  /** what waits are to keep, for how many people: settings are chosen for it */
  readonly target?: ServeTarget;
  readonly port?: number;
  /** times prompts before anything is planned on older timings */
  readonly calibrate?: boolean;
}

/** A model of this machine, and how it is going to be served. */
export interface PlannedModel {
  readonly weights: WeightsHere;
  readonly choice: EngineChoice;
  readonly question: FitQuestion;
  /** what was chosen for the same request where nobody waits */
  readonly chosen: Choice;
  readonly engines: readonly PlannedEngine[];
  readonly answer: ServePlanAnswer;
  readonly extras: Extras;
}

/** Throws `serve-no-fit` where nothing of the model's settings fits this machine. */
export function planModel(parts: {
  readonly machine: Machine;
  readonly weights: WeightsHere;
  readonly flags: ServePlanFlags;
  readonly choice: EngineChoice;
  readonly receipts: ReceiptStore | undefined;
  readonly extras?: Extras;
  /** served beside each other */
  readonly models?: number;
  /** prompts that have just been timed; absent: those that are known */
  readonly timed?: readonly MeasuredPrompt[];
}): PlannedModel {
  const { machine, weights, choice, receipts, extras = NO_EXTRAS, models = 1 } = parts;
  const server = choice.name === "llama-server" ? choice.runtime : undefined;
  const questionFor = (asked: ServePlanFlags): FitQuestion =>
    fitQuestion({
      machine,
      weights,
      flags: asked,
      before: beforeOf(receipts, machine),
      adapters: extras.adapters,
      drafting: extras.drafting,
      media: extras.projector?.media,
      runtime: choice.runtime,
      ...(server ? { server } : {}),
      ...(asked.target ? { promptTokens: asked.target.promptTokens, answerTokens: asked.target.answerTokens } : {}),
    });
  const { target } = parts.flags;
  const setting = target && settingForTarget(questionFor(parts.flags).request, choice.name, target);
  if (target && setting === undefined)
    throw new LoadoutError("serve-no-target", { what: weights.facts.name, argument: weights.argument });
  const flags = setting
    ? { ...parts.flags, users: setting.slots, stepTokens: parts.flags.stepTokens ?? setting.stepTokens }
    : parts.flags;
  const question = questionFor(flags);
  const { choice: chosen } = answerFit(question.request, question.context);
  if (chosen.now.verdict === "does not fit" || chosen.prediction.kind === "rejected")
    throw new LoadoutError("serve-no-fit", { what: weights.facts.name, argument: weights.argument });
  const timed =
    receipts && flags.calibrate !== true ? promptsKnown(receipts, { machine, weights, question, chosen }) : [];
  const measured = parts.timed ?? timed;
  const asked: ServeQuestion = {
    ...(measured.length > 0 ? { measured } : {}),
    request: question.request,
    choice: chosen,
    engine: {
      name: choice.name,
      preemption: choice.name === "embedded" ? "rests" : "cut",
      promptCache: choice.name === "llama-server",
    },
    models,
    ...(setting ? { settled: setting.met ? "for the target" : "nearest to the target" } : {}),
    ...(target ? { promptTokens: target.promptTokens, answerTokens: target.answerTokens, chats: target.users } : {}),
    ...(flags.cap === undefined ? {} : { capMs: flags.cap }),
    ...(flags.stepTokens === undefined ? {} : { stepTokens: flags.stepTokens }),
  };
  const { server: served } = question.context;
  const answer = answerServePlan(asked, {
    model: question.context.model,
    runtime: question.runtime,
    modelArgument: weights.argument,
    assumptions: [...(question.context.assumptions ?? []), ...extras.assumptions],
    ...(served ? { server: served } : {}),
    ...(target && setting ? { target: targetFacts(setting, target.promptTokens, target.answerTokens) } : {}),
    ...(flags.port === undefined ? {} : { port: flags.port }),
  });
  return { weights, choice, question, chosen, engines: planServe(asked).engines, answer, extras };
}

/**
 * Memory that an engine of the plan takes, by place, with what it may come to keep of prompts. Weights that are mapped count:
 * they are read all the time.
 */
export function needsOf({ weighed }: PlannedEngine, { question: { request } }: PlannedModel): Room {
  return sum([
    roomOf(weighed.now.places.map(({ place, needHigh }) => [placeName(place, request.rig), needHigh] as const)),
    roomOf([[HOST, (weighed.settings.promptCacheMib ?? 0) * MIB]]),
  ]);
}

/** What a plan found free for its model and all that stands beside it, by place. */
export function roomHere({ weighed }: PlannedEngine, { question: { request } }: PlannedModel): Room {
  return roomOf(weighed.now.places.map(({ place, have }) => [placeName(place, request.rig), have] as const));
}

function placeName(place: "host" | number, rig: FitQuestion["request"]["rig"]): string {
  return place === "host" ? HOST : (rig.devices[place]?.id ?? `device ${place}`);
}

const MIB = 2 ** 20;
