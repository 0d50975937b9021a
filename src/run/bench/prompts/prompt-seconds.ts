import { LoadoutError } from "../../../facts/errors/index.ts";
import type { RunningServer } from "../../engine/index.ts";
import { processorMs } from "../../engine/process/index.ts";
import { demandJson, fieldsOf, numberOf } from "../../engine/http/index.ts";

/** What is slower than this is no machine to serve on. */
const PATIENCE_MS = 120_000;

/** Where other programs had more of the processor than the rest, what the engine had counts, not what went by. */
const UNDISTURBED = 0.85;

/**
 * Computes a prompt and one token of an answer. A llama-server says what the prompt took; of other engines the whole request counts,
 * in which the token hardly shows. `onThreads`: no device takes part, so that the time that so many threads had is the engine's.
 */
export async function promptSeconds(
  server: RunningServer,
  prompt: string,
  {
    now,
    onThreads,
    signal,
  }: { readonly now: () => number; readonly onThreads?: number; readonly signal?: AbortSignal },
): Promise<{ readonly seconds: number; readonly promptTokens: number }> {
  const { endpoint, model, pid } = server;
  const had = async () => (pid === undefined || onThreads === undefined ? undefined : processorMs(pid));
  const hadBefore = await had();
  const began = now();
  const answer = fieldsOf(
    await demandJson(endpoint, "/v1/completions", {
      body: { model: model.engineName, prompt, max_tokens: 1, temperature: 0, cache_prompt: false },
      timeoutMs: PATIENCE_MS,
      ...(signal ? { signal } : {}),
    }),
  );
  const tookMs = now() - began;
  const hadAfter = await had();
  const timings = fieldsOf(answer["timings"]);
  const promptTokens = numberOf(timings["prompt_n"]) ?? numberOf(fieldsOf(answer["usage"])["prompt_tokens"]);
  if (promptTokens === undefined || promptTokens <= 0)
    throw new LoadoutError("engine-answer", { what: "/v1/completions", status: 200, got: "no tokens of the prompt" });
  const promptMs = numberOf(timings["prompt_ms"]) ?? tookMs;
  const ownMs = hadBefore === undefined || hadAfter === undefined ? tookMs : (hadAfter - hadBefore) / (onThreads ?? 1);
  const share = ownMs < UNDISTURBED * tookMs ? ownMs / tookMs : 1;
  return { seconds: (promptMs * share) / 1000, promptTokens };
}
