import type { TextEnd } from "./text-reply.ts";

/** OpenAI's count of a request. */
export function usage({ promptTokens, drawn, cachedTokens }: TextEnd): Record<string, unknown> {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: drawn,
    total_tokens: promptTokens + drawn,
    prompt_tokens_details: { cached_tokens: cachedTokens },
  };
}

/** llama-server's times, which clients of local engines read: `prompt_n` leaves out what was cached. */
export function timings({ promptTokens, cachedTokens, prefillMs, decodeMs, drawn }: TextEnd): Record<string, number> {
  const evaluated = promptTokens - cachedTokens;
  return {
    cache_n: cachedTokens,
    prompt_n: evaluated,
    prompt_ms: prefillMs,
    prompt_per_token_ms: prefillMs / Math.max(1, evaluated),
    prompt_per_second: perSecond(evaluated, prefillMs),
    predicted_n: drawn,
    predicted_ms: decodeMs,
    predicted_per_token_ms: decodeMs / Math.max(1, drawn - 1),
    predicted_per_second: perSecond(drawn - 1, decodeMs),
  };
}

function perSecond(count: number, ms: number): number {
  return ms > 0 && count > 0 ? (1000 * count) / ms : 0;
}
