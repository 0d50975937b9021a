import { randomBytes } from "node:crypto";
import type { Token } from "node-llama-cpp";
import { JsonGrammar } from "../grammar/index.ts";
import { token } from "../score.ts";
import { refuseEndless, textTokens } from "../template/index.ts";
import type { Exchange } from "./exchange.ts";
import { cannot, wrong, type Fields } from "./fields.ts";
import { answerGrammar } from "./format.ts";
import { drawing } from "./sampling.ts";
import type { Served } from "./served.ts";
import { textReply, type TextEnd } from "./text-reply.ts";
import { timings, usage } from "./usage.ts";

/** OpenAI's limit where none is given. */
const DEFAULT_TOKENS = 16;

/** `/v1/completions`: text that is gone on with. Several prompts are answered at once. */
export async function completions(served: Served, exchange: Exchange): Promise<void> {
  const fields = await exchange.fields();
  const { opened } = served.session;
  for (const field of ["suffix", "best_of"]) if (fields.has(field)) throw cannot(field);
  const prompts = promptsOf(served, fields);
  const echo = fields.flag("echo") ?? false;
  const asked = drawing(fields, opened.model, opened.library);
  const limited = fields.has("max_tokens") || fields.has("max_completion_tokens") || fields.has("n_predict");
  const drawn = limited ? asked : { ...asked, maxTokens: DEFAULT_TOKENS };
  const grammar = new JsonGrammar();
  const answer = answerGrammar(grammar, fields);
  const reply = {
    id: `cmpl-${randomBytes(12).toString("hex")}`,
    object: "text_completion",
    created: Math.floor(Date.now() / 1000),
    model: served.name,
  };
  const stream = fields.flag("stream") ?? false;
  const failed = new AbortController();
  const signal = AbortSignal.any([exchange.signal, failed.signal]);
  const ends = await Promise.all(
    prompts.map(async ({ tokens, text }, index) => {
      let whole = "";
      const say = (piece: string) => {
        whole += piece;
        if (stream && piece !== "")
          exchange.event({ ...reply, choices: [{ index, text: piece, logprobs: null, finish_reason: null }] });
      };
      if (echo) say(text);
      const end = await textReply(served, {
        tokens,
        lane: exchange.lane,
        drawing: drawn,
        grammar: answer && ("text" in answer ? answer.text : grammar.text(answer.body)),
        shape: {},
        reusePrefix: fields.flag("cache_prompt") ?? true,
        signal,
        onParts: (parts) => {
          for (const part of parts) if (part.kind === "content") say(part.text);
        },
      });
      const choice = { index, text: stream ? "" : whole, logprobs: null, finish_reason: end.finish };
      if (stream && !exchange.signal.aborted) exchange.event({ ...reply, choices: [choice] });
      return { end, choice };
    }),
  ).catch((error: unknown) => {
    failed.abort(); // the others are wanted by nobody any more
    throw error;
  });
  if (exchange.signal.aborted) return;
  const sum = ends.map(({ end }) => end).reduce(together);
  const totals = { usage: usage(sum), timings: timings(sum) };
  if (!stream) {
    exchange.json({ ...reply, choices: ends.map(({ choice }) => choice), ...totals });
    return;
  }
  if (fields.record("stream_options")?.["include_usage"] === true) exchange.event({ ...reply, choices: [], ...totals });
  exchange.endStream();
}

function together(one: TextEnd, other: TextEnd): TextEnd {
  return {
    ...one,
    promptTokens: one.promptTokens + other.promptTokens,
    cachedTokens: one.cachedTokens + other.cachedTokens,
    drawn: one.drawn + other.drawn,
    prefillMs: one.prefillMs + other.prefillMs,
    decodeMs: one.decodeMs + other.decodeMs,
  };
}

interface Prompt {
  readonly tokens: readonly Token[];
  readonly text: string;
}

/** Text, tokens, or a list of either. */
function promptsOf(served: Served, { body }: Fields): readonly Prompt[] {
  const { opened, context } = served.session;
  const { model } = opened;
  const { prompt } = body;
  const one = (given: unknown): Prompt => {
    if (typeof given === "string") {
      refuseEndless(model, given, context.contextSize);
      return { tokens: textTokens(model, given, true), text: given };
    }
    if (!isTokens(given)) throw wrong("prompt", "text, tokens, or a list of them", given);
    const tokens = given.map(token);
    return { tokens, text: model.detokenize(tokens) };
  };
  if (typeof prompt === "string" || isTokens(prompt)) return [one(prompt)];
  if (!Array.isArray(prompt) || prompt.length === 0) throw wrong("prompt", "text, tokens, or a list of them", prompt);
  return prompt.map(one);
}

export function isTokens(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => Number.isInteger(one) && one >= 0);
}
