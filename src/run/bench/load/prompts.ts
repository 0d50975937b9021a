import type { PlannedRequest } from "../../../predict/index.ts";
import type { RequestBytes, Turn } from "./drive.ts";
import type { Manners, PromptScale } from "./manners.ts";
import type { DataSet } from "./data-set.ts";
import { type LoadTarget, postBytes } from "./target.ts";
import { wordText } from "./words.ts";

export interface PromptOptions {
  readonly target: LoadTarget;
  readonly manners: Manners;
  readonly seed: number;
  readonly keep: boolean;
  /** names this run in request ids */
  readonly run: string;
  readonly dataSet?: DataSet;
  /** fields over all others */
  readonly body?: Readonly<Record<string, unknown>>;
}

/** A prompt of so many tokens by itself, the template's counted in. */
export function promptText(prompts: PromptScale, tokens: number, seed: number): string {
  return wordText(prompts.words, wordsFor(prompts, tokens - prompts.overheadTokens), seed, 0);
}

interface Message {
  readonly role: string;
  readonly content: string;
}

/** Makes requests of known length, unlike one another from the first word on, so that a prefix cache has nothing but what was meant. */
export function requestBytes(options: PromptOptions): RequestBytes {
  const { target, manners, keep, run, body } = options;
  return (request, before) => {
    const messages = options.dataSet?.entryOf(request.id).messages ?? conversation(options, request, before);
    const whole = {
      model: manners.model,
      messages,
      max_tokens: request.outputTokens,
      temperature: 0,
      stream: true,
      ...manners.extras,
      ...body,
    };
    const lane: Record<string, string> = request.lane === undefined ? {} : { "x-loadout-lane": request.lane };
    const path = `${target.path}/chat/completions`;
    return postBytes(target, path, JSON.stringify(whole), `${run}-${request.id}`, keep, lane);
  };
}

function conversation(options: PromptOptions, request: PlannedRequest, before: readonly Turn[]): Message[] {
  const messages = before.flatMap((turn): Message[] => [
    { role: "user", content: said(options, turn.request) },
    { role: "assistant", content: turn.reply },
  ]);
  return [...messages, { role: "user", content: said(options, request) }];
}

/** What is new in a request: all of it, or what a conversation's turn adds; behind a shared beginning where it has one. */
function said(options: PromptOptions, request: PlannedRequest): string {
  const { prompts } = options.manners;
  const { seed } = options;
  const known = request.prefix?.tokens ?? 0;
  const shared = request.prefix?.id === "shared" ? known : 0;
  const overhead = (request.turn ?? 0) > 0 ? 0 : prompts.overheadTokens;
  if (request.blocks !== undefined) return blockText(prompts, request.blocks, request.promptTokens - overhead, seed);
  const fresh = wordText(
    prompts.words,
    wordsFor(prompts, request.promptTokens - known - overhead),
    seed,
    1 + request.id,
  );
  if (shared === 0) return fresh;
  return `${wordText(prompts.words, wordsFor(prompts, shared), seed, 0)} ${fresh}`;
}

/** A trace's prompt: equal numbers become equal words, so what its requests share is shared here. */
function blockText(prompts: PromptScale, blocks: Blocks, tokens: number, seed: number): string {
  let left = Math.max(1, tokens);
  const parts: string[] = [];
  for (const id of blocks.ids) {
    if (left <= 0) break;
    // numbers below zero: none of the words of single requests
    parts.push(wordText(prompts.words, wordsFor(prompts, Math.min(blocks.tokens, left)), seed, -1 - id));
    left -= blocks.tokens;
  }
  return parts.join(" ");
}

type Blocks = NonNullable<PlannedRequest["blocks"]>;

function wordsFor(scale: PromptScale, tokens: number): number {
  return Math.max(1, Math.round(tokens / scale.tokensPerWord));
}
