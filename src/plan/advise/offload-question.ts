import type { LlamaCppSettings } from "../../facts/runtime/index.ts";
import { coresToUse, GOALS, settingsFor, type FitRequest, type GoalTargets } from "../fit/index.ts";
import type { RungPlacement } from "./offload-rung.ts";

/** A chat and a batch job of one model on one rig. */
export interface OffloadQuestion {
  readonly request: FitRequest;
  readonly promptTokens: number;
  /** share of the chat's prompt that a cache holds already, 0 to 1; jobs share nothing */
  readonly cachedShare?: number;
  readonly answerTokens: number;
  readonly jobs: number;
  readonly targets: Pick<GoalTargets, "decodePerSec" | "firstTokenMs">;
  /** what the machine draws beside its devices, where a person says so */
  readonly hostWatts?: number;
}

const CONTEXT_STEP = 256;

/** Tokens of a prompt and its answer, in whole steps of the cache. */
function jobContext({ promptTokens, answerTokens }: OffloadQuestion): number {
  return Math.ceil((promptTokens + answerTokens) / CONTEXT_STEP) * CONTEXT_STEP;
}

/** One person, the context of the goal or more where the prompt needs it. */
export function chatSettings(question: OffloadQuestion, placement: RungPlacement): LlamaCppSettings {
  const { wishes, geometry } = question.request;
  const { context, microBatch, cacheType } = GOALS.interactive;
  const least = Math.max(jobContext(question), Math.min(context, geometry.contextLength));
  return {
    ...settingsFor({
      context: wishes.context ?? least,
      users: 1,
      microBatch: wishes.microBatch ?? microBatch,
      cacheType: wishes.cacheType ?? cacheType,
      gpuLayers: placement.gpuLayers,
    }),
    ...placement,
  };
}

/** Jobs at a time that are looked at where nobody names a number: from 32 on, weights in RAM are copied for answers too. */
const AT_A_TIME = [64, 32, 16, 8] as const;

export function jobsAtATime({ request, jobs }: OffloadQuestion): readonly number[] {
  const { wishes } = request;
  if (wishes.users !== undefined) return [wishes.users];
  return [...AT_A_TIME, GOALS.batch.users].map((count) => Math.min(count, jobs));
}

/** So many jobs at a time, each with room for its prompt and its answer alone. */
export function batchSettings(
  question: OffloadQuestion,
  placement: RungPlacement,
  atATime: number = question.request.wishes.users ?? GOALS.batch.users,
): LlamaCppSettings {
  const { wishes } = question.request;
  const { microBatch, cacheType } = GOALS.batch;
  return {
    ...settingsFor({
      context: jobContext(question),
      users: atATime,
      microBatch: wishes.microBatch ?? microBatch,
      cacheType: wishes.cacheType ?? cacheType,
      gpuLayers: placement.gpuLayers,
    }),
    ...placement,
  };
}

export function threadsOf({ wishes, measuredThreads, rig }: FitRequest): number {
  return wishes.threads ?? measuredThreads ?? coresToUse(rig.host.cpu);
}
