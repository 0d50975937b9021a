import { LoadoutError } from "../../../facts/errors/index.ts";
import { askJson } from "./http.ts";
import { Connections, openStream, type StreamOutcome } from "./stream.ts";
import { type LoadTarget, postBytes } from "./target.ts";
import { WORDS, wordText } from "./words.ts";

/** What was learned of an endpoint before it is measured. */
export interface Manners {
  readonly model: string;
  /** what it calls itself, where it says */
  readonly server?: string;
  /** fields sent along with every request, of those asked for that it takes */
  readonly extras: Readonly<Record<string, unknown>>;
  /** it refused these, so replies may end early */
  readonly refused: readonly string[];
  readonly prompts: PromptScale;
}

/** How words become tokens here. */
export interface PromptScale {
  /** tokenized: the server's own tokenizer was asked; calibrated: from what it counted of two requests; estimated: it counts nothing */
  readonly how: "tokenized" | "calibrated" | "estimated";
  readonly words: readonly string[];
  readonly tokensPerWord: number;
  /** what the template adds to a prompt */
  readonly overheadTokens: number;
}

export interface MannersWanted {
  readonly model?: string;
  /** fields that a server may not know, tried once */
  readonly extras: Readonly<Record<string, unknown>>;
}

const FEW = 8;
const MANY = 200;

/** Asks for models, tries the fields, and finds how many tokens words make. Throws `bench-no-answer` where nothing comes. */
export async function learnManners(target: LoadTarget, wanted: MannersWanted, signal?: AbortSignal): Promise<Manners> {
  const models = await askJson(target, `${target.path}/models`);
  const model = wanted.model ?? firstModel(models) ?? "default";
  const ask = (words: readonly string[], count: number, extras: object) =>
    askOnce(
      target,
      { model, messages: [{ role: "user", content: wordText(words, count, count, 7) }], ...extras },
      signal,
    );
  let extras: Readonly<Record<string, unknown>> = {};
  let few: StreamOutcome | undefined;
  for (extras of withFewer(wanted.extras)) {
    few = await ask(WORDS, FEW, extras);
    const unknown = few.status !== undefined && REFUSES.has(few.status);
    if (!unknown) break;
  }
  if (few === undefined) throw new LoadoutError("bench-no-answer", { what: target.base, got: "nothing" });
  if (few.error !== undefined) throw new LoadoutError("bench-no-answer", { what: target.base, got: few.error });
  const words = await wholeWords(target, model);
  const prompts = await scaleOf(few, words, (list, count) => ask(list, count, extras));
  return {
    model,
    extras,
    refused: Object.keys(wanted.extras).filter((key) => !(key in extras)),
    prompts,
  };
}

/** Statuses that may mean a field is not known: bad request, unprocessable. */
const REFUSES = new Set([400, 422]);

/** All fields, then without each one, then none: a server that refuses one often takes the others. */
function withFewer(all: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>[] {
  const names = Object.keys(all);
  const without = (out: readonly string[]) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => !out.includes(name)));
  return [all, ...(names.length > 1 ? names.map((name) => without([name])) : []), ...(names.length > 0 ? [{}] : [])];
}

async function scaleOf(
  few: StreamOutcome,
  words: readonly string[] | undefined,
  ask: (words: readonly string[], count: number) => Promise<StreamOutcome>,
): Promise<PromptScale> {
  if (few.promptTokens === undefined) return { how: "estimated", words: WORDS, tokensPerWord: 1, overheadTokens: 8 };
  if (words !== undefined) {
    const counted = (await ask(words, FEW)).promptTokens ?? few.promptTokens;
    return { how: "tokenized", words, tokensPerWord: 1, overheadTokens: Math.max(0, counted - FEW) };
  }
  const many = (await ask(WORDS, MANY)).promptTokens;
  if (many === undefined || many <= few.promptTokens)
    return { how: "estimated", words: WORDS, tokensPerWord: 1, overheadTokens: Math.max(0, few.promptTokens - FEW) };
  const tokensPerWord = (many - few.promptTokens) / (MANY - FEW);
  return { how: "calibrated", words: WORDS, tokensPerWord, overheadTokens: Math.max(0, many - MANY * tokensPerWord) };
}

/** The words that are one token each inside a text, by the server's tokenizer; undefined where it has no page for that. */
async function wholeWords(target: LoadTarget, model: string): Promise<readonly string[] | undefined> {
  const root = target.path.replace(/\/v\d+$/, "");
  const count = async (words: readonly string[]) => {
    const text = ` ${words.join(" ")}`;
    // llama-server reads `content` and `add_special`, vLLM `prompt` and `add_special_tokens`; each ignores the other's
    const answer = await askJson(target, `${root}/tokenize`, {
      model,
      content: text,
      prompt: text,
      add_special: false,
      add_special_tokens: false,
    });
    const tokens = typeof answer === "object" && answer !== null && "tokens" in answer ? answer.tokens : undefined;
    return Array.isArray(tokens) ? tokens.length : undefined;
  };
  const whole = async (words: readonly string[]): Promise<readonly string[] | undefined> => {
    const tokens = await count(words);
    if (tokens === undefined) return undefined;
    if (tokens === words.length) return words;
    if (words.length === 1) return [];
    const half = words.length >> 1;
    const first = await whole(words.slice(0, half));
    return first === undefined ? undefined : [...first, ...((await whole(words.slice(half))) ?? [])];
  };
  const found = await whole(WORDS);
  return found === undefined || found.length < WORDS.length / 4 ? undefined : found;
}

/** One request by itself, one token long unless told. */
export function askOnce(
  target: LoadTarget,
  body: Readonly<Record<string, unknown>>,
  signal?: AbortSignal,
): Promise<StreamOutcome> {
  const connections = new Connections(target, false);
  const whole = { max_tokens: 1, temperature: 0, stream: true, ...body };
  const bytes = postBytes(target, `${target.path}/chat/completions`, JSON.stringify(whole), "loadout-first", false);
  return new Promise((resolve) => {
    const stream = openStream(connections, bytes, { expected: 1 }, (outcome) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      resolve(outcome);
    });
    const stop = () => stream.cancel("stopped");
    signal?.addEventListener("abort", stop, { once: true });
    if (signal?.aborted) stop();
    const timer = setTimeout(() => stream.cancel("no answer within ten minutes"), FIRST_PATIENCE_MS);
  });
}

/** A first request may load a model. */
const FIRST_PATIENCE_MS = 600_000;

function firstModel(answer: unknown): string | undefined {
  const data = typeof answer === "object" && answer !== null && "data" in answer ? answer.data : undefined;
  const first: unknown = Array.isArray(data) ? data[0] : undefined;
  const id = typeof first === "object" && first !== null && "id" in first ? first.id : undefined;
  return typeof id === "string" ? id : undefined;
}
