import type { Operation } from "../dialects/dialect.ts";
import { isFields } from "../dialects/fields.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * An answer that may be cut and asked for again, so that to the client it is one. The engine is asked again with what it had
 * said as the beginning of its message (a chat's last message is the assistant's: llama.cpp puts it after the template and
 * goes on) or of its text; its slot still holds most of that, so only the last tokens are evaluated anew. What had been said
 * is not said twice, tokens add up, the limit shrinks, and all events carry the first attempt's name and time.
 */
export class Continuation {
  readonly #operation: Operation;
  readonly #body: Fields;
  readonly #wantsUsage: boolean;
  readonly #wantsTimings: boolean;
  readonly #limitKey: string | undefined;
  /** said in earlier attempts, and in this one */
  #before = "";
  #now = "";
  #tokensBefore = 0;
  #tokensNow = 0;
  #promptTokens = 0;
  #cachedTokens = 0;
  #frame: { readonly id: unknown; readonly created: unknown } | undefined;
  #attempts = 0;
  #roleSaid = false;
  #exact = true;
  #finished = false;

  constructor(operation: Operation, body: Fields) {
    this.#operation = operation;
    const options = isFields(body["stream_options"]) ? body["stream_options"] : {};
    this.#wantsUsage = body["stream"] !== true || options["include_usage"] === true;
    this.#wantsTimings = body["timings_per_token"] === true;
    this.#limitKey = LIMITS.find((key) => typeof body[key] === "number");
    this.#body = {
      ...body,
      stream: true,
      stream_options: { ...options, include_usage: true },
      timings_per_token: true,
    };
  }

  /** all text is there; only figures may follow */
  get finished(): boolean {
    return this.#finished;
  }

  /** Could it be cut here and go on as if it had not been. */
  get possible(): boolean {
    return this.#exact && !this.#finished && this.#left !== 0;
  }

  /** The body for the next attempt. */
  body(): Fields {
    this.#attempts++;
    if (this.#before === "") return this.#body;
    const { messages, prompt } = this.#body;
    const limit = this.#limitKey === undefined ? {} : { [this.#limitKey]: this.#left };
    if (this.#operation === "completions") return { ...this.#body, prompt: String(prompt) + this.#before, ...limit };
    const said = { role: "assistant", content: this.#before };
    return { ...this.#body, messages: [...(Array.isArray(messages) ? messages : []), said], ...limit };
  }

  /** The attempt was cut; what it said counts. */
  interrupted(): void {
    this.#before += this.#now;
    this.#tokensBefore += this.#tokensNow;
    this.#now = "";
    this.#tokensNow = 0;
  }

  /** Nothing that was said counts. */
  startOver(): void {
    this.#before = this.#now = "";
    this.#tokensBefore = this.#tokensNow = 0;
    this.#promptTokens = this.#cachedTokens = 0;
    this.#exact = true;
    this.#finished = false;
    this.#roleSaid = false;
    this.#frame = undefined;
  }

  /** An event of this attempt as one of the whole answer; undefined: it was there before. */
  take(event: Fields): Fields | undefined {
    const [choice] = Array.isArray(event["choices"]) ? event["choices"] : [];
    const said = isFields(choice) ? (isFields(choice["delta"]) ? choice["delta"] : choice) : {};
    const text = textOf(said["content"]) || textOf(said["text"]);
    this.#now += text;
    if (said["reasoning_content"] || said["reasoning"] || said["tool_calls"]) this.#exact = false;
    if (isFields(choice) && typeof choice["finish_reason"] === "string") this.#finished = true;
    this.#count(event["timings"], text !== "");
    if (said["role"] !== undefined && text === "" && this.#isRepeatedRole()) return undefined;
    return this.#rewritten(event);
  }

  /** Is this event one that the client did not ask for. */
  hides(event: Fields): boolean {
    const { choices } = event;
    return !this.#wantsUsage && Array.isArray(choices) && choices.length === 0;
  }

  /** tokens that may still come; undefined: no limit was set */
  get #left(): number | undefined {
    if (this.#limitKey === undefined) return undefined;
    const limit = Number(this.#body[this.#limitKey]);
    return limit < 0 ? undefined : Math.max(0, limit - this.#tokensBefore - this.#tokensNow);
  }

  #isRepeatedRole(): boolean {
    if (this.#roleSaid) return true;
    this.#roleSaid = true;
    return false;
  }

  #count(timings: unknown, hasText: boolean): void {
    if (isFields(timings)) {
      const { predicted_n: predicted, prompt_n: evaluated, cache_n: cached } = timings;
      // of tokens whose text is still held back nothing was said: they come again
      if (hasText && typeof predicted === "number") this.#tokensNow = predicted;
      if (this.#tokensBefore === 0 && typeof evaluated === "number") {
        this.#cachedTokens = typeof cached === "number" ? cached : 0;
        this.#promptTokens = evaluated + this.#cachedTokens;
      }
    } else if (hasText) this.#tokensNow++;
  }

  #rewritten(event: Fields): Fields {
    this.#frame ??= { id: event["id"], created: event["created"] };
    const { timings, usage, ...rest } = event;
    const more: Record<string, unknown> = {};
    if (isFields(usage)) more["usage"] = this.#wholeUsage(usage);
    // of an answer in several parts the engine's times would be those of the last
    if (timings !== undefined && this.#attempts === 1 && (this.#wantsTimings || isFields(usage)))
      more["timings"] = timings;
    return { ...rest, ...this.#frame, ...more };
  }

  #wholeUsage(usage: Fields): Fields {
    if (this.#tokensBefore === 0) return usage;
    const completion = this.#tokensBefore + Number(usage["completion_tokens"] ?? 0);
    const prompt = this.#promptTokens || Number(usage["prompt_tokens"] ?? 0) - this.#tokensBefore;
    return {
      ...usage,
      completion_tokens: completion,
      prompt_tokens: prompt,
      total_tokens: prompt + completion,
      prompt_tokens_details: { cached_tokens: this.#cachedTokens },
    };
  }
}

const LIMITS = ["max_completion_tokens", "max_tokens", "n_predict"] as const;

/** What makes an answer one that cannot be gone on with word for word: each with why. */
const INEXACT: readonly (readonly [key: string, isPlain: (value: unknown) => boolean])[] = [
  // a call is made of pieces that are parsed from the message's beginning
  ["tools", (value) => Array.isArray(value) && value.length === 0],
  ["functions", (value) => Array.isArray(value) && value.length === 0],
  // a grammar begins at its root, not in the middle
  ["response_format", (value) => isFields(value) && value["type"] === "text"],
  ["grammar", (value) => value === ""],
  ["json_schema", () => false],
  // probabilities of what was said would be missing, or come twice
  ["logprobs", (value) => value === false || value === 0],
  ["top_logprobs", (value) => value === 0],
  ["n_probs", (value) => value === 0],
  // several answers at once
  ["n", (value) => value === 1],
  ["best_of", (value) => value === 1],
  // the prompt is part of the answer, or stands around it
  ["echo", (value) => value === false],
  ["suffix", () => false],
];

/** Can this request's answer be cut in its middle and continued. */
export function isContinuable(operation: Operation, body: Fields): boolean {
  for (const [key, isPlain] of INEXACT) {
    const value = body[key];
    if (value !== undefined && value !== null && !isPlain(value)) return false;
  }
  if (operation === "completions") return typeof body["prompt"] === "string";
  if (operation !== "chat" || !Array.isArray(body["messages"])) return false;
  const last: unknown = body["messages"].at(-1);
  // the client itself has the engine go on with a message
  return isFields(last) && last["role"] !== "assistant";
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
