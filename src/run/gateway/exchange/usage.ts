/** Tokens of one answer, as the engine counted them. Absent: it did not say. */
export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** of the prompt, not evaluated again */
  readonly cachedTokens: number;
}

/** Usage and timings stand at the end of an answer, within so many bytes. */
const TAIL_BYTES = 4096;

/** Keeps the last pieces of an answer that passes by, without copying, until they are looked at once. */
export class Tail {
  #last: Buffer | undefined;
  #before: Buffer | undefined;

  add(chunk: Buffer): void {
    this.#before = this.#last;
    this.#last = chunk;
  }

  usage(): Usage | undefined {
    if (!this.#last) return undefined;
    const text =
      (this.#before?.toString("latin1", Math.max(0, this.#before.length - TAIL_BYTES)) ?? "") +
      this.#last.toString("latin1", Math.max(0, this.#last.length - TAIL_BYTES));
    return usageIn(text);
  }
}

/**
 * Finds what an engine says of its tokens in the last bytes of an answer: `usage` as OpenAI has it, else llama-server's
 * `timings`. Quotes inside a model's text are escaped there, so text cannot be taken for it.
 */
export function usageIn(text: string): Usage | undefined {
  const prompt = last(text, '"prompt_tokens":');
  if (prompt !== undefined) {
    return {
      promptTokens: prompt,
      completionTokens: last(text, '"completion_tokens":') ?? 0,
      cachedTokens: last(text, '"cached_tokens":') ?? 0,
    };
  }
  const evaluated = last(text, '"prompt_n":');
  if (evaluated === undefined) return undefined;
  const cached = last(text, '"cache_n":') ?? 0;
  return {
    promptTokens: evaluated + cached,
    completionTokens: last(text, '"predicted_n":') ?? 0,
    cachedTokens: cached,
  };
}

/** The count after the last of these keys. */
function last(text: string, key: string): number | undefined {
  const at = text.lastIndexOf(key);
  if (at < 0) return undefined;
  const count = Number.parseInt(text.slice(at + key.length, at + key.length + 16).trimStart(), 10);
  return Number.isNaN(count) ? undefined : count;
}
