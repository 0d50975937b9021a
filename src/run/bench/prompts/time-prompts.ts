import { LoadoutError } from "../../../facts/errors/index.ts";
import { formatTokens } from "../../../facts/units/index.ts";
import type { TimedPrompt } from "../../../plan/advise/index.ts";
import type { MeasuredPrompt } from "../../../predict/serving/index.ts";
import type { RunningServer, ServerEngine, ServerSpec } from "../../engine/index.ts";
import { fitting } from "./fitting-text.ts";
import { promptSeconds } from "./prompt-seconds.ts";

interface TimeOptions {
  /** text to make prompts of; repeated where it is too short */
  readonly text: string;
  /** for all prompts together, without starting the engines; prompts are shortened to keep it. Default: 40 s */
  readonly budgetMs?: number;
  readonly now?: () => number;
  readonly onProgress?: (what: string) => void;
  readonly signal?: AbortSignal;
}

const BUDGET_MS = 44_000;
/** A prompt that says how fast prompts go here, so that the others can be shortened. */
const PILOT_TOKENS = 128;
/** Shorter ones are noise. */
const LEAST_TOKENS = 96;
/** Prompts are timed again, on a fast machine more often: another program only ever makes one look slower. */
const LEAST_ROUNDS = 2;
const MOST_ROUNDS = 5;
/** Small steps are slower than the pilot's. */
const SLOWER = 0.8;
/** Kernels and pages are warm after it. */
const WARM_TOKENS = 48;

/**
 * Times prompts on the very engine that is going to serve them, started for each step size with nothing else changed. Of a
 * prompt's timings the fastest counts.
 */
export async function timePrompts(
  engine: ServerEngine,
  spec: ServerSpec,
  prompts: readonly TimedPrompt[],
  options: TimeOptions,
): Promise<MeasuredPrompt[]> {
  const { budgetMs = BUDGET_MS, now = () => performance.now(), onProgress, signal } = options;
  const onThreads = spec.backend === "cpu" && spec.threads !== undefined ? { onThreads: spec.threads } : {};
  const total = prompts.reduce((sum, { promptTokens }) => sum + promptTokens, 0);
  const measured: MeasuredPrompt[] = [];
  let shrink = 1;
  let piloted = false;
  for (const stepTokens of stepsOf(prompts)) {
    onProgress?.(`starting it with steps of ${stepTokens} tokens`);
    const server = await engine.start(withStep(spec, stepTokens), {
      restart: false,
      ...(signal ? { signal } : {}),
    });
    try {
      const time = (tokens: number) => timeOne(server, tokens, { ...options, ...onThreads, now });
      await time(WARM_TOKENS);
      if (!piloted) {
        const pilot = await time(PILOT_TOKENS);
        shrink = Math.min(1, (SLOWER * budgetMs * pilot.tokensPerSec) / 1000 / total / LEAST_ROUNDS);
        piloted = true;
      }
      for (const { promptTokens } of prompts.filter((prompt) => prompt.stepTokens === stepTokens)) {
        const tokens = Math.max(Math.min(promptTokens, LEAST_TOKENS), Math.round(promptTokens * shrink));
        onProgress?.(`timing a prompt of ${formatTokens(tokens)} tokens in steps of ${stepTokens}`);
        const shareMs = (budgetMs * promptTokens) / total;
        measured.push({ stepTokens, ...(await fastest(() => time(tokens), shareMs, now)) });
      }
    } finally {
      await server.stop();
    }
  }
  return measured;
}

/** Largest first: the pilot is quick then. */
function stepsOf(prompts: readonly TimedPrompt[]): number[] {
  return [...new Set(prompts.map(({ stepTokens }) => stepTokens))].toSorted((a, b) => b - a);
}

function withStep(spec: ServerSpec, stepTokens: number): ServerSpec {
  return { ...spec, settings: { ...spec.settings, batch: stepTokens, microBatch: stepTokens } };
}

type Timing = Pick<MeasuredPrompt, "promptTokens" | "tokensPerSec">;

async function fastest(time: () => Promise<Timing>, shareMs: number, now: () => number): Promise<Timing> {
  const began = now();
  let best = await time();
  for (let round = 1; round < MOST_ROUNDS; round++) {
    const tookMs = (now() - began) / round;
    if (round >= LEAST_ROUNDS && now() - began + tookMs > shareMs) break;
    const again = await time();
    if (again.tokensPerSec > best.tokensPerSec) best = again;
  }
  return best;
}

let nonce = 0;

async function timeOne(
  server: RunningServer,
  tokens: number,
  { text, now, onThreads, signal }: TimeOptions & { readonly now: () => number; readonly onThreads?: number },
): Promise<Timing> {
  if (signal?.aborted) throw new LoadoutError("interrupted");
  // no prompt begins as another did: nothing of it is cached
  nonce += 1;
  const prompt = await fitting(server, `${nonce}: ${text}`, tokens);
  const { seconds, promptTokens } = await promptSeconds(server, prompt, {
    now,
    ...(onThreads === undefined ? {} : { onThreads }),
    ...(signal ? { signal } : {}),
  });
  return { promptTokens, tokensPerSec: promptTokens / seconds };
}
