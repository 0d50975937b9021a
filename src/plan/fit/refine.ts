import { formatDuration } from "../../facts/units/index.ts";
import { embedsTexts } from "../../facts/model/index.ts";
import type { LlamaCppSettings } from "../../facts/runtime/index.ts";
import { prefillPace } from "../../predict/speed/index.ts";
import { GOALS, LEAST_MICRO_BATCH } from "./goals.ts";
import { largestThat } from "./largest.ts";
import { paceInput } from "./pace-input.ts";
import type { FitRequest } from "./request.ts";
import { good } from "./verdict.ts";
import { weigh, type Weighed } from "./weigh.ts";
import { weighForWord } from "./weigh-search.ts";

/** A choice that fits, made into what the goal is after: its sequences and its micro-batch. */
export interface Refined {
  readonly weighed: Weighed;
  readonly users: number;
  readonly because: { readonly users?: string; readonly microBatch?: string };
}

/**
 * Batch fills the memory that is left with larger steps and more sequences; mixed with a few more sequences; where somebody waits
 * for a token while another's prompt is computed, the micro-batch is cut until its predicted step is short enough.
 */
export function refine(
  request: FitRequest,
  weighed: Weighed,
  users: number,
  threads: number,
  weighLast: typeof weigh,
): Refined {
  const { wishes } = request;
  const goal = GOALS[request.goal];
  // a model that writes no tokens keeps nobody waiting for one
  if (!good(weighed.now.verdict) || embedsTexts(request.geometry)) return { weighed, users, because: {} };
  const context = weighed.settings.context / users;
  const because: { users?: string; microBatch?: string } = {};
  let settings = weighed.settings;
  let count = users;
  // on a processor every further sequence is computed again, and its RAM is everybody's
  const onDevices = request.rig.devices.length > 0 && settings.gpuLayers === "all";
  const roomFor = (tried: LlamaCppSettings) => weighForWord(request, tried).now.verdict === "fits";
  if (wishes.microBatch === undefined && onDevices) {
    const larger = goal.largerMicroBatches.find((microBatch) => roomFor(withStep(settings, microBatch)));
    if (larger !== undefined) settings = withStep(settings, larger);
  }
  if (wishes.users === undefined && onDevices && goal.mostUsers > users) {
    const at = (sequences: number) => ({ ...settings, sequences, context: context * sequences });
    count = users + largestThat(goal.mostUsers - users, (more) => roomFor(at(users + more)));
    settings = at(count);
    if (count > users)
      because.users = `${goal.because.users}; ${count === goal.mostUsers ? "more is not tried" : "this many fill the memory"}`;
  }
  if (wishes.microBatch === undefined && goal.longestStepMs !== undefined) {
    const step = stepFor(request, settings, threads, count, goal.longestStepMs);
    if (step) {
      settings = withStep(settings, step.microBatch);
      because.microBatch = step.because;
    }
  }
  if (settings === weighed.settings) return { weighed, users, because };
  const refined = weighLast(request, settings);
  // a search only knows bands
  return good(refined.now.verdict) ? { weighed: refined, users: count, because } : { weighed, users, because: {} };
}

function withStep(settings: LlamaCppSettings, microBatch: number): LlamaCppSettings {
  return { ...settings, batch: microBatch, microBatch };
}

interface Step {
  readonly microBatch: number;
  readonly because: string;
}

/**
 * Where no step is short enough, one that is so much longer than the shortest is taken: beyond some point smaller steps cost prompts
 * far more than they spare anybody, since each reads the weights again.
 */
const LONGER = 1.5;

/** The micro-batch by the time its step takes on an empty context; undefined where no pace is known. */
function stepFor(
  request: FitRequest,
  settings: LlamaCppSettings,
  threads: number,
  users: number,
  longestMs: number,
): Step | undefined {
  const { microBatch } = settings;
  const whole = stepMs(request, settings, threads);
  if (whole === undefined) return undefined;
  const least = `a step of ${microBatch} tokens takes ${formatDuration(whole)}`;
  if (users === 1) return { microBatch, because: `${least}: a stop is heard by then, and nobody else waits for it` };
  if (whole <= longestMs) return { microBatch, because: `${least}: a waiting token is held up no longer than that` };
  const tried = [{ size: microBatch, ms: whole }];
  while (tried.at(-1)!.size > LEAST_MICRO_BATCH && tried.at(-1)!.ms > longestMs) {
    const size = tried.at(-1)!.size / 2;
    tried.push({ size, ms: stepMs(request, withStep(settings, size), threads) ?? tried.at(-1)!.ms });
  }
  const shortest = tried.at(-1)!;
  const { size, ms } = shortest.ms <= longestMs ? shortest : tried.find((one) => one.ms <= LONGER * shortest.ms)!;
  if (size === microBatch)
    return { microBatch, because: `${least}, and none is much shorter: ${formatDuration(longestMs)} is kept by none` };
  const cut = `a token waits for a step of another's prompt: ${formatDuration(ms)}, not the ${formatDuration(whole)} of ${microBatch} tokens`;
  const held = `the limit of ${formatDuration(longestMs)}`;
  return {
    microBatch: size,
    because:
      ms <= longestMs
        ? `${cut}; ${held}`
        : `${cut}; ${held} is kept by none, and shorter ones cost prompts more than they spare`,
  };
}

function stepMs(request: FitRequest, settings: LlamaCppSettings, threads: number): number | undefined {
  const pace = prefillPace(paceInput(request, { settings, threads }), settings.microBatch);
  return pace && (settings.microBatch / pace.tokensPerSec) * 1000;
}
