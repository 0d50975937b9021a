import { ask, askJson, fieldsOf, listOf, numberOf, readMetrics, textOf } from "../http/index.ts";
import type { Endpoint } from "../server.ts";

/** What a llama-server says of itself at /props. */
export interface ServerProps {
  readonly slots?: number;
  readonly contextPerSlot?: number;
  readonly build?: string;
  readonly template: boolean;
  readonly tools: boolean;
  readonly images: boolean;
}

export async function readProps(endpoint: Endpoint, signal?: AbortSignal): Promise<ServerProps | undefined> {
  const answer = await askJson(endpoint, "/props", signal ? { signal } : {});
  return answer === undefined ? undefined : propsOf(answer);
}

/** Reads /props; undefined where it is no llama-server's. */
export function propsOf(answer: unknown): ServerProps | undefined {
  const props = fieldsOf(answer);
  if (!("total_slots" in props || "default_generation_settings" in props)) return undefined;
  const [slots, build] = [numberOf(props["total_slots"]), textOf(props["build_info"])];
  const contextPerSlot = numberOf(fieldsOf(props["default_generation_settings"])["n_ctx"]);
  return {
    ...(slots === undefined ? {} : { slots }),
    ...(contextPerSlot === undefined ? {} : { contextPerSlot }),
    ...(build === undefined ? {} : { build }),
    template: textOf(props["chat_template"]) !== undefined,
    tools: fieldsOf(props["chat_template_caps"])["supports_tools"] === true,
    images: fieldsOf(props["modalities"])["vision"] === true,
  };
}

/** One place in which a llama-server works on a request. */
export interface ServerSlot {
  readonly id: number;
  readonly contextTokens?: number;
  readonly working: boolean;
  readonly promptTokens?: number;
  readonly cachedTokens?: number;
}

/** Slots as they are now; undefined where the server does not tell. */
export async function readSlots(endpoint: Endpoint, signal?: AbortSignal): Promise<readonly ServerSlot[] | undefined> {
  const answer = await askJson(endpoint, "/slots", signal ? { signal } : {});
  return answer === undefined ? undefined : listOf(answer).map((row) => slotOf(fieldsOf(row)));
}

function slotOf(row: Readonly<Record<string, unknown>>): ServerSlot {
  const [contextTokens, promptTokens] = [numberOf(row["n_ctx"]), numberOf(row["n_prompt_tokens"])];
  const cachedTokens = numberOf(row["n_prompt_tokens_cache"]);
  return {
    id: numberOf(row["id"]) ?? -1,
    working: row["is_processing"] === true,
    ...(contextTokens === undefined ? {} : { contextTokens }),
    ...(promptTokens === undefined ? {} : { promptTokens }),
    ...(cachedTokens === undefined ? {} : { cachedTokens }),
  };
}

/** A llama-server's counters (`--metrics`), by name without the prefix; undefined where it does not tell. */
export async function readCounters(
  endpoint: Endpoint,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, number> | undefined> {
  const { status, text } = await ask(endpoint, "/metrics", signal ? { signal } : {});
  if (status !== 200) return undefined;
  return new Map(readMetrics(text).map(({ name, value }) => [name.replace(/^llamacpp:/, ""), value]));
}

/** Tokens of a text as the server's tokenizer counts them, without any that begin every text. */
export async function countByTokenize(
  endpoint: Endpoint,
  text: string,
  body: Readonly<Record<string, unknown>> = { content: text },
): Promise<number | undefined> {
  const answer = fieldsOf(await askJson(endpoint, "/tokenize", { body }));
  const counted = numberOf(answer["count"]);
  if (counted !== undefined) return counted;
  return Array.isArray(answer["tokens"]) ? answer["tokens"].length : undefined;
}
