import type { LlamaCppSettings } from "../../../facts/runtime/index.ts";
import { formatBytes } from "../../../facts/units/index.ts";
import { measuredPromptTime, predictedPromptTime, type PromptTime } from "../../../predict/serving/index.ts";
import { decodePace } from "../../../predict/speed/index.ts";
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
}

export interface ServePlan {
  /** one, or one for chats and one for batch */
  readonly engines: readonly PlannedEngine[];
  /** why one or two */
  readonly because: string;
  /** absent where no pace is claimed: then the choice's micro-batch stands */
  readonly step?: StepPlan;
  readonly decisions: readonly Decision[];
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
  const { request, choice, engine } = question;
  const time = promptTimeOf(question);
  const settingsAt = (stepTokens: number) => ({ ...choice.settings, batch: stepTokens, microBatch: stepTokens });
  const alone = choice.settings.sequences === 1;
  const capMs = question.capMs ?? (alone ? undefined : GOALS[request.goal].longestStepMs);
  const asked = question.stepTokens ?? request.wishes.microBatch;
  const step =
    time &&
    // nobody waits beside the only one, and a stop is heard within the step that was chosen
    planStep({
      time,
      promptTokens: promptTokensOf(question),
      ...(capMs === undefined ? {} : { capMs }),
      ...(asked !== undefined ? { stepTokens: asked } : alone ? { stepTokens: choice.settings.microBatch } : {}),
      roomFor: (stepTokens) => good(weighForSearch(request, settingsAt(stepTokens)).now.verdict),
    });
  const cached = promptCache(question, step ? settingsAt(step.stepTokens) : choice.settings);
  const split = oneOrTwo(question, cached.settings);
  const engines = split.replicas
    ? [
        planned(question, split.replicas.chat, "interactive", time, step),
        planned(question, split.replicas.batch, "batch", time, step),
      ]
    : [planned(question, weigh(request, cached.settings), "both", time, step)];
  return {
    engines,
    because: split.because,
    ...(step ? { step } : {}),
    decisions: [
      {
        setting: "slots",
        value: choice.settings.sequences,
        because: choice.decisions.find(({ setting }) => setting === "users")?.because ?? "as chosen",
      },
      ...(step ? [{ setting: "step tokens", value: step.stepTokens, because: step.because }] : []),
      ...cached.decisions,
      { setting: "engines", value: engines.length, because: split.because },
    ],
    calibrate: step?.provenance === "measured" ? [] : timedPrompts(promptTokensOf(question), step?.stepTokens),
  };

  function promptCache(of: ServeQuestion, settings: LlamaCppSettings) {
    if (!of.engine.promptCache || settings.promptCacheMib !== undefined) return { settings, decisions: [] };
    const room = weigh(of.request, settings).now.places.find(({ place }) => place === "host")?.margin ?? 0;
    const mib = Math.max(0, Math.min(MOST_CACHE_MIB, Math.floor((room * CACHE_SHARE) / MIB / CACHE_STEP) * CACHE_STEP));
    const because =
      mib === MOST_CACHE_MIB
        ? "the server's own: RAM has room for it"
        : `half of the ${formatBytes(Math.max(0, room))} of RAM that are free, instead of 8 GiB that the server would take as it fills`;
    return {
      settings: { ...settings, promptCacheMib: mib },
      decisions: [{ setting: "prompt cache MiB", value: mib, because }],
    };
  }

  function planned(
    of: ServeQuestion,
    weighed: Weighed,
    serves: PlannedEngine["serves"],
    timed: PromptTime | undefined,
    chosen: StepPlan | undefined,
  ): PlannedEngine {
    const { sequences, context, unifiedCache } = weighed.settings;
    const goal = serves === "both" ? request.goal : serves;
    const lanes = lanesOf({ ...basisOf(of, weighed, timed, chosen, capMs), goal, preemption: engine.preemption });
    return {
      serves,
      weighed,
      threads: choice.threads,
      contextPerSlot: unifiedCache ? context : Math.floor(context / sequences),
      ...lanes,
    };
  }
}

const MIB = 2 ** 20;
const MOST_CACHE_MIB = 8192;
const CACHE_STEP = 64;
/** of free RAM; the rest is everybody's */
const CACHE_SHARE = 0.5;

/** Measured where something was, else predicted; undefined where no pace is claimed. */
function promptTimeOf({ request, choice, measured = [] }: ServeQuestion): PromptTime | undefined {
  const predicted = predictedPromptTime(paceInput(request, choice));
  return measuredPromptTime(measured, predicted) ?? predicted;
}

function basisOf(
  question: ServeQuestion,
  { settings }: Weighed,
  time: PromptTime | undefined,
  step: StepPlan | undefined,
  capMs: number | undefined,
): Omit<LaneBasis, "goal" | "preemption"> {
  const { request, choice, chats, arrivalsPerSec, answerTokens = ANSWER_TOKENS } = question;
  const slots = settings.sequences;
  const promptTokens = promptTokensOf(question);
  const input = paceInput(request, { settings, threads: choice.threads });
  const tokenMs = (streams: number) => {
    const pace = decodePace({ ...input, streams }, promptTokens);
    return pace && (1000 * streams) / pace.tokensPerSec;
  };
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
    sharedMs: Math.max(0, sharedMs),
    // while all are busy, each waits for the prompts of all
    ...(gap === undefined ? {} : { serviceMs: slots * time.promptMs(stepTokens, promptTokens) + answerTokens * gap }),
  };
}

/**
 * Three prompts say it all: two step sizes at one length give what small steps cost, two lengths at one step size give what depth
 * adds. With the step that was chosen a fourth, if it lies between.
 */
function timedPrompts(promptTokens: number, stepTokens = 128): TimedPrompt[] {
  const long = Math.max(256, Math.min(promptTokens, 2048));
  const short = Math.max(128, Math.floor(long / 4));
  const sizes = [...new Set([32, stepTokens, 512])].toSorted((a, b) => a - b);
  return [
    ...sizes.map((size) => ({ stepTokens: size, promptTokens: long })),
    { stepTokens: Math.min(stepTokens, short), promptTokens: short },
  ];
}
