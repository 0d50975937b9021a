import type { Rig } from "../../facts/hardware/index.ts";
import type { LlamaCppSettings } from "../../facts/runtime/index.ts";
import { formatDuration, formatPercent, formatTokens } from "../../facts/units/index.ts";
import type { LaneSettings } from "../../predict/serving/index.ts";
import {
  ANSWER_TOKENS,
  planServe,
  type PlannedEngine,
  type ServeQuestion,
  type StepPlan,
  type StreamsPace,
  type TimedPrompt,
} from "../advise/index.ts";
import { shellWord } from "../command/index.ts";
import type { Decision, Verdict } from "../fit/index.ts";
import { ANSWER_VERSION, type AnswerContext, type ModelFacts, type RuntimeFacts } from "./fit-numbers.ts";
import type { TargetFacts } from "./frontier-answer.ts";
import { launchFacts, type LaunchFacts, type ServerContext } from "./launch.ts";

/** How a model would be served: slots, the step that bounds waiting, lanes, one engine or two, each figure with its reason. */
export interface ServePlanAnswer {
  readonly schema: typeof ANSWER_VERSION;
  readonly kind: "serve-plan";
  readonly goal: string;
  readonly model: ModelFacts;
  readonly rig: Rig;
  readonly runtime: RuntimeFacts;
  /** one, or one for chats and one for batch */
  readonly engines: readonly EnginePlanFacts[];
  /** why one or two */
  readonly because: string;
  /** what waits were to keep, and what was chosen for it; absent: not asked */
  readonly target?: TargetFacts;
  /** prompts to time, so that the plan stands on measurements; none where it does */
  readonly calibrate: readonly TimedPrompt[];
  readonly says: string;
  readonly assumptions: readonly string[];
  readonly next: readonly string[];
}

export interface EnginePlanFacts {
  readonly serves: PlannedEngine["serves"];
  readonly slots: number;
  readonly contextPerSlot: number;
  readonly threads: number;
  /** all that the engine is started with */
  readonly settings: LlamaCppSettings;
  readonly verdict: Verdict;
  /** absent where the engine would refuse */
  readonly memoryBytes?: number;
  /** absent where no pace is claimed */
  readonly step?: StepPlan;
  /** tokens of answers alone, for one stream and for all slots together; none where no pace is claimed */
  readonly paces: readonly StreamsPace[];
  readonly lanes: LaneSettings;
  readonly decisions: readonly Decision[];
  /** the command of a llama-server; absent for other engines */
  readonly launch?: LaunchFacts;
}

export interface ServePlanContext extends Pick<
  AnswerContext,
  "model" | "runtime" | "assumptions" | "modelArgument" | "rigArguments"
> {
  /** where the engine is a llama-server */
  readonly server?: ServerContext;
  /** of the first engine; the others follow */
  readonly port?: number;
  readonly target?: TargetFacts;
}

export function answerServePlan(question: ServeQuestion, context: ServePlanContext): ServePlanAnswer {
  const plan = planServe(question);
  const engines = plan.engines.map((engine, at) => engineFacts(engine, context, at));
  return {
    schema: ANSWER_VERSION,
    kind: "serve-plan",
    goal: question.request.goal,
    model: context.model,
    rig: question.request.rig,
    runtime: context.runtime,
    engines,
    because: plan.because,
    ...(context.target ? { target: context.target } : {}),
    calibrate: plan.calibrate,
    says: sentence(plan.engines),
    assumptions: [...(context.assumptions ?? []), ...assumptions(plan.engines, question)],
    next: nextCommands(context, plan.calibrate.length > 0),
  };
}

function engineFacts(engine: PlannedEngine, { server, port }: ServePlanContext, at: number): EnginePlanFacts {
  const { serves, weighed, threads, contextPerSlot, step, paces, lanes, decisions } = engine;
  const listens = port === undefined ? undefined : port + at;
  return {
    serves,
    slots: weighed.settings.sequences,
    contextPerSlot,
    threads,
    settings: weighed.settings,
    verdict: weighed.now,
    ...(weighed.memory ? { memoryBytes: weighed.memory.value } : {}),
    ...(step ? { step } : {}),
    paces,
    lanes,
    decisions,
    ...(server ? { launch: launchFacts({ settings: weighed.settings, threads }, server, listens) } : {}),
  };
}

function sentence(engines: readonly PlannedEngine[]): string {
  const each = engines.map(({ serves, weighed, contextPerSlot, step }) => {
    const { sequences } = weighed.settings;
    const whose = serves === "both" ? "chats and batch" : serves === "batch" ? "batch" : "chats";
    const places = `${sequences} ${sequences === 1 ? "place" : "places"} of ${formatTokens(contextPerSlot)} tokens for ${whose}`;
    if (step?.capMs === undefined) return places;
    const { stallMs, price, stepTokens, against } = step;
    const cost = Math.max(0, price.value - 1);
    const paid =
      stepTokens === against
        ? ""
        : `, for which prompts take ${formatPercent(cost)} longer than with steps of ${against}`;
    return `${places}; a token waits up to ${formatDuration(stallMs.value)} beside a long prompt (steps of ${stepTokens})${paid}`;
  });
  return each.join("; ");
}

function assumptions(engines: readonly PlannedEngine[], { promptTokens, answerTokens }: ServeQuestion): string[] {
  const steps = engines.flatMap(({ step }) => step ?? []);
  const list: string[] = [];
  const [step] = steps;
  if (!step) list.push("no pace is claimed on this rig: steps stay as the memory allows, lanes take careful figures");
  else if (promptTokens === undefined) list.push(`long prompts are taken as ${formatTokens(step.promptTokens)} tokens`);
  if (step && step.provenance !== "measured")
    list.push("times of steps are predicted: timed prompts make them this machine's own");
  if (answerTokens === undefined)
    list.push(`answers are taken as ${ANSWER_TOKENS} tokens: only lengths of queues follow from that`);
  return list;
}

function nextCommands({ modelArgument, rigArguments }: ServePlanContext, timed: boolean): string[] {
  const model = shellWord(modelArgument);
  if (rigArguments !== undefined) return [`loadout explain ${model} ${rigArguments}`];
  return [...(timed ? [`loadout serve ${model} --calibrate`] : []), `loadout explain ${model}`];
}
