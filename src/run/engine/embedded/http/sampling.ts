import type { LlamaModel, SequenceEvaluateOptions, Token, TokenBias } from "node-llama-cpp";
import type { Library } from "../library.ts";
import { token } from "../score.ts";
import { cannot, Fields, wrong } from "./fields.ts";

/** What is drawn when nothing is asked for: llama-server's values, so that engines answer alike. */
const DEFAULTS = { temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05 } as const;
/** How far back repetition is looked for, tokens. */
const LAST_TOKENS = 64;
/** Without a limit a reply ends with the model's own end, or with the context. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

export interface Drawing {
  readonly maxTokens: number;
  readonly stops: readonly string[];
  /** the model's own end is passed over: measurements ask for it */
  readonly endless: boolean;
  /** `drawn`: the tokens so far, for what punishes repetition */
  sampling(drawn: readonly Token[]): SequenceEvaluateOptions;
}

export function drawing(fields: Fields, model: LlamaModel, library: Library): Drawing {
  if ((fields.integer("n", 1) ?? 1) > 1) throw cannot("more than one choice (n)");
  if (fields.flag("logprobs") === true || typeof fields.body["logprobs"] === "number" || fields.has("top_logprobs"))
    throw cannot("logprobs");
  if ((fields.list("lora") ?? []).length > 0)
    throw cannot("adapters by request (lora): those it was started with always apply");
  const seed = fields.integer("seed", -1) ?? -1;
  const penalty = fields.number("repeat_penalty", 0, 10) ?? fields.number("repetition_penalty", 0, 10);
  const presencePenalty = fields.number("presence_penalty", -2, 2) ?? 0;
  const frequencyPenalty = fields.number("frequency_penalty", -2, 2) ?? 0;
  const punishes = (penalty ?? 1) !== 1 || presencePenalty !== 0 || frequencyPenalty !== 0;
  const tokenBias = biases(fields, model, library);
  const options: SequenceEvaluateOptions = {
    temperature: fields.number("temperature", 0, 100) ?? DEFAULTS.temperature,
    topK: Math.max(0, fields.integer("top_k", -1) ?? DEFAULTS.topK),
    topP: fields.number("top_p", 0, 1) ?? DEFAULTS.topP,
    minP: fields.number("min_p", 0, 1) ?? DEFAULTS.minP,
    seed: seed >= 0 ? seed % 2 ** 32 : Math.floor(Math.random() * 2 ** 32),
    ...(tokenBias ? { tokenBias } : {}),
  };
  return {
    maxTokens: limit(fields),
    stops: stops(fields),
    endless: fields.flag("ignore_eos") ?? false,
    sampling: (drawn) =>
      punishes
        ? {
            ...options,
            repeatPenalty: {
              punishTokens: () => drawn.slice(-LAST_TOKENS),
              maxPunishTokens: LAST_TOKENS,
              penalty: penalty ?? 1,
              presencePenalty,
              frequencyPenalty,
            },
          }
        : options,
  };
}

function limit(fields: Fields): number {
  const asked =
    fields.integer("max_completion_tokens", -1) ?? fields.integer("max_tokens", -1) ?? fields.integer("n_predict", -1);
  return asked === undefined || asked < 0 ? NO_LIMIT : asked;
}

function stops(fields: Fields): readonly string[] {
  const given = fields.body["stop"] ?? [];
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  return list
    .map((stop) => {
      if (typeof stop !== "string") throw wrong("stop", "text, or a list of texts", given);
      return stop;
    })
    .filter((stop) => stop !== "");
}

function biases(fields: Fields, model: LlamaModel, library: Library): TokenBias | undefined {
  const given = fields.record("logit_bias");
  if (!given || Object.keys(given).length === 0) return undefined;
  const bias = new library.TokenBias(model.tokenizer);
  for (const [id, value] of Object.entries(given)) {
    if (!/^\d+$/.test(id) || typeof value !== "number") throw wrong("logit_bias", "numbers by token", given);
    bias.set(token(Number(id)), { logit: value });
  }
  return bias;
}
