import type { LlamaCppSettings } from "../../../facts/runtime/index.ts";
import { formatBytes } from "../../../facts/units/index.ts";
import {
  besideAnswer,
  measuredPromptTime,
  predictedPromptTime,
  type PromptTime,
  SHARED_TOKENS,
} from "../../../predict/serving/index.ts";
import { decodePace, type Pace } from "../../../predict/speed/index.ts";
import { type Decision, GOALS, good, paceInput, weigh, weighForSearch, type Weighed } from "../../fit/index.ts";
import { type LaneBasis, lanesOf, type PlannedLanes } from "./lanes-of.ts";
import { oneOrTwo } from "./one-or-two.ts";
import { ANSWER_TOKENS, promptTokensOf, type ServeQuestion } from "./question.ts";
import { planStep, type StepPlan } from "./step-tokens.ts";

/** An engine of the plan, and how lanes share it. */
export interface PlannedEngine extends PlannedLanes {
  /** whose requests it takes */
  readonly serves: "both" | "interactive" | "batch";
  readonly weighed: Weighed;
  readonly threads: number;
  /** tokens a request may hold, prompt and answer together */
  readonly contextPerSlot: number;
  /** absent where no pace is claimed: then the choice's micro-batch stands */
  readonly step?: StepPlan;
  /** tokens of answers alone, for one stream and for all slots; none where no pace is claimed */
  readonly paces: readonly StreamsPace[];
}

/** Tokens per second of so many streams together, each behind a long prompt, with an 80% band. */
export interface StreamsPace extends Pick<Pace, "tokensPerSec" | "low" | "high"> {
  readonly streams: number;
}

export interface ServePlan {
  /** one, or one for chats and one for batch */
  readonly engines: readonly PlannedEngine[];
  /** why one or two */
  readonly because: string;
  /** what to time so that the plan stands on measurements: settings and lengths of prompts, from an empty cache */
  readonly calibrate: readonly TimedPrompt[];
}

/** A prompt worth timing: alone, from an empty cache, with this `-b`. */
export interface TimedPrompt {
  readonly stepTokens: number;
  readonly promptTokens: number;
}

/** How a model is served: slots, the step that bounds what others wait, lanes, one engine or two. */
export function planServe(question: ServeQuestion): ServePlan {
  const { settings } = question.choice;
  const { replicas, because } = oneOrTwo(question, settings);
  const engines = replicas
    ? [planned(question, replicas.chat.settings, "interactive"), planned(question, replicas.batch.settings, "batch")]
    : [planned(question, settings, "both")];
  const step = engines[0]?.step;
  return {
    engines,
    because,
    calibrate: !step || step.provenance === "measured" ? [] : timedPrompts(promptTokensOf(question)),
  };
}

function planned(question: ServeQuestion, settings: LlamaCppSettings, serves: PlannedEngine["serves"]): PlannedEngine {
  const { request, choice, engine } = question;
  const goal = serves === "both" ? request.goal : serves;
  const time = promptTimeOf(question, settings);
  const alone = settings.sequences === 1;
  const capMs = question.capMs ?? (alone ? undefined : GOALS[goal].longestStepMs);
  const answered = tokenMsOf(question, settings)(1);
  const step = time && stepOf(question, settings, time, alone ? 0 : (answered ?? 0), capMs, serves);
  const cached = withPromptCache(
    question,
    step ? withStep(settings, step.stepTokens) : settings,
    (serves === "both" ? 1 : 2) * (question.models ?? 1),
  );
  const weighed = weigh(request, cached.settings);
  const basis = basisOf(question, weighed, time, step, capMs);
  const { lanes, decisions } = lanesOf({ ...basis, goal, preemption: engine.preemption });
  const { sequences, context, unifiedCache } = weighed.settings;
  const users = choice.decisions.find(({ setting }) => setting === "users");
  const slots = { setting: "slots", value: sequences, because: question.settled ?? users?.because ?? "as chosen" };
  return {
    serves,
    weighed,
    threads: choice.threads,
    contextPerSlot: unifiedCache ? context : Math.floor(context / sequences),
    ...(step ? { step } : {}),
    paces: pacesOf(question, weighed.settings),
    lanes,
    decisions: [
      serves === "both"
        ? slots
        : { ...slots, because: serves === "batch" ? "what the chats leave" : "for chats alone" },
      ...(step ? [{ setting: "step tokens", value: step.stepTokens, because: step.because }] : []),
      ...cached.decisions,
      ...decisions,
    ],
  };
}

function pacesOf(question: ServeQuestion, settings: LlamaCppSettings): StreamsPace[] {
  const pace = paceOf(question, settings);
  return [...new Set([1, settings.sequences])].flatMap((streams) => {
    const found = pace(streams);
    return found ? [{ streams, tokensPerSec: found.tokensPerSec, low: found.low, high: found.high }] : [];
  });
}

function withStep(settings: LlamaCppSettings, stepTokens: number): LlamaCppSettings {
  return { ...settings, batch: stepTokens, microBatch: stepTokens };
}

function stepOf(
  question: ServeQuestion,
  settings: LlamaCppSettings,
  alone: PromptTime,
  answeredMs: number,
  capMs: number | undefined,
  serves: PlannedEngine["serves"],
): StepPlan | undefined {
  const { request, choice } = question;
  const asked = question.stepTokens ?? request.wishes.microBatch;
  const goal = GOALS[serves === "both" ? request.goal : serves];
  const chosen = choice.decisions.find(({ setting }) => setting === "micro-batch");
  const roomFor = (stepTokens: number) => good(weighForSearch(request, withStep(settings, stepTokens)).now.verdict);
  const kept =
    serves === "both" || !roomFor(goal.microBatch)
      ? { stepTokens: settings.microBatch, because: chosen?.because ?? "as chosen" }
      : { stepTokens: goal.microBatch, because: goal.because.microBatch };
  const given =
    asked === undefined
      ? capMs === undefined
        ? kept
        : undefined
      : { stepTokens: asked, because: question.settled ?? "asked for" };
  return planStep({
    alone,
    time: answeredMs > 0 ? besideAnswer(alone, answeredMs) : alone,
    promptTokens: promptTokensOf(question),
    // an answer and two prompts
    ...(settings.sequences > 2 ? { meetingTokenMs: answeredMs } : {}),
    usual: Math.max(goal.microBatch, given?.stepTokens ?? 0),
    ...(capMs === undefined ? {} : { capMs }),
    ...(given ? { given } : {}),
    roomFor,
  });
}

/** What a server may keep of prompts whose slots were given to others: the build's default is 8 GiB, whatever there is. */
function withPromptCache({ request, engine }: ServeQuestion, settings: LlamaCppSettings, engines: number) {
  const decisions: Decision[] = [];
  if (!engine.promptCache || settings.promptCacheMib !== undefined) return { settings, decisions };
  const room = weigh(request, settings).now.places.find(({ place }) => place === "host")?.margin ?? 0;
  const mib = Math.max(
    0,
    Math.min(MOST_CACHE_MIB, Math.floor((room * CACHE_SHARE) / engines / MIB / CACHE_STEP) * CACHE_STEP),
  );
  const because =
    mib === MOST_CACHE_MIB
      ? "the server's own: RAM has room for it"
      : `half of the ${formatBytes(Math.max(0, room))} of RAM that are free${engines > 1 ? ", shared by the engines" : ""}, not the 8 GiB that the server would come to take`;
  decisions.push({ setting: "prompt cache MiB", value: mib, because });
  return { settings: { ...settings, promptCacheMib: mib }, decisions };
}

const MIB = 2 ** 20;
const MOST_CACHE_MIB = 8192;
const CACHE_STEP = 64;
/** of free RAM; the rest is everybody's */
const CACHE_SHARE = 0.5;

/** Measured where something was, else predicted; undefined where no pace is claimed. */
function promptTimeOf(
  { request, choice, measured = [] }: ServeQuestion,
  settings: LlamaCppSettings,
): PromptTime | undefined {
  const predicted = predictedPromptTime(paceInput(request, { settings, threads: choice.threads }));
  return measuredPromptTime(measured, predicted) ?? predicted;
}

/** Between two tokens of a stream where so many are answered at a time, each behind a long prompt. */
function tokenMsOf(question: ServeQuestion, settings: LlamaCppSettings): (streams: number) => number | undefined {
  const pace = paceOf(question, settings);
  return (streams) => {
    const found = pace(streams);
    return found && (1000 * streams) / found.tokensPerSec;
  };
}

/** Tokens of so many streams together, each behind a long prompt. */
function paceOf(question: ServeQuestion, settings: LlamaCppSettings) {
  const { request, choice } = question;
  const input = paceInput(request, { settings, threads: choice.threads });
  const depth = promptTokensOf(question);
  return (streams: number): Pace | undefined => decodePace({ ...input, streams }, depth);
}

function basisOf(
  question: ServeQuestion,
  { settings }: Weighed,
  time: PromptTime | undefined,
  step: StepPlan | undefined,
  capMs: number | undefined,
): Omit<LaneBasis, "goal" | "preemption"> {
  const { chats, arrivalsPerSec, answerTokens = ANSWER_TOKENS } = question;
  const slots = settings.sequences;
  const promptTokens = promptTokensOf(question);
  const tokenMs = tokenMsOf(question, settings);
  const known = { slots, ...(chats === undefined ? {} : { chats }), ...(capMs === undefined ? {} : { capMs }) };
  const rate = arrivalsPerSec === undefined ? {} : { arrivalsPerSec };
  if (!time || !step) return { ...known, ...rate };
  const { stepTokens } = step;
  const gap = tokenMs(slots);
  // short prompts are what shares a step: of long ones each fills its own
  const short = Math.max(1, Math.floor(stepTokens / 2));
  const sharedMs = 2 * time.promptMs(short, short) - time.promptMs(2 * short, 2 * short);
  return {
    ...known,
    ...rate,
    tokenMs,
    stallMs: step.stallMs.value,
    keepsCap: step.keepsCap,
    sharedMs: Math.max(0, sharedMs),
    // while all are busy, each waits for the prompts of all
    ...(gap === undefined ? {} : { serviceMs: slots * time.promptMs(stepTokens, promptTokens) + answerTokens * gap }),
  };
}

/**
 * Some step sizes at one length give what small steps cost; a short prompt beside a long one what depth adds, in steps that fill
 * attention's kernels and in steps that do not.
 */
function timedPrompts(promptTokens: number): TimedPrompt[] {
  const long = Math.max(512, Math.min(promptTokens, 1024));
  const short = Math.floor(long / 4);
  return [
    ...TIMED_SIZES.map((stepTokens) => ({ stepTokens, promptTokens: long })),
    ...DEEP_SIZES.map((stepTokens) => ({ stepTokens, promptTokens: short })),
  ];
}

/** as they are beside an answer */
const TIMED_SIZES = [32, 64, 96, 512].map((size) => size - SHARED_TOKENS);
const DEEP_SIZES = [64, 96].map((size) => size - SHARED_TOKENS);
