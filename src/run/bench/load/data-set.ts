import { LoadoutError } from "../../../facts/errors/index.ts";
import type { PlannedRequest, Workload } from "../../../predict/index.ts";
import { chanceOf } from "./chance.ts";

/** A prompt out of a file. */
export interface DataEntry {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  /** as the file says, or estimated from the reply it holds */
  readonly outputTokens?: number;
}

export interface DataSet {
  readonly form: "sharegpt" | "jsonl";
  readonly entries: number;
  /** lines or conversations without a prompt */
  readonly skipped: number;
  /** which one request `id` sends: in an order drawn once, from the beginning again after the last */
  entryOf(id: number): DataEntry;
}

/** English text, characters a token: what tokenizers of language models come to. Only where a length must be guessed. */
const CHARACTERS_A_TOKEN = 4;

/**
 * ShareGPT's form (a JSON array of `{conversations: [{from, value}]}`, of which the first question and the length of its answer are
 * used) or JSON lines of `{prompt}` or `{messages}` with `output_tokens` or `max_tokens`. Throws `bench-bad-data`.
 */
export function readDataSet(text: string, path: string, seed: number): DataSet {
  const isArray = text.trimStart().startsWith("[");
  const read = isArray
    ? arrayOf(text, path).map(shareGpt)
    : text
        .split("\n")
        .filter((line) => line.trim())
        .map(ownLine);
  const entries = read.filter((entry) => entry !== undefined);
  if (entries.length === 0)
    throw new LoadoutError("bench-bad-data", { path, got: `${read.length} entries without a prompt` });
  const order = shuffled(entries.length, seed);
  return {
    form: isArray ? "sharegpt" : "jsonl",
    entries: entries.length,
    skipped: read.length - entries.length,
    entryOf: (id) => entries[order[id % order.length]!]!,
  };
}

/** A workload whose lengths are those of the data: prompts guessed until the server counts them, outputs where the data says. */
export function withData(workload: Workload, data: DataSet): Workload {
  const over = (request: PlannedRequest): PlannedRequest => {
    const { messages, outputTokens } = data.entryOf(request.id);
    const characters = messages.reduce((sum, message) => sum + message.content.length, 0);
    const { prefix: _, ...rest } = request;
    return {
      ...rest,
      promptTokens: Math.max(1, Math.round(characters / CHARACTERS_A_TOKEN)),
      outputTokens: outputTokens ?? request.outputTokens,
    };
  };
  return {
    kind: workload.kind,
    scheduled: workload.scheduled.map(over),
    following(ended, endMs) {
      const next = workload.following(ended, endMs);
      return next === undefined ? undefined : over(next);
    },
  };
}

function arrayOf(text: string, path: string): unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value;
    throw new Error("no array");
  } catch (error) {
    throw new LoadoutError("bench-bad-data", { path, got: error instanceof Error ? error.message : String(error) });
  }
}

function shareGpt(value: unknown): DataEntry | undefined {
  const turns = field(value, "conversations");
  if (!Array.isArray(turns)) return undefined;
  const first = turns.findIndex((turn) => ["human", "user"].includes(String(field(turn, "from"))));
  const content = field(turns[first], "value");
  const reply = field(turns[first + 1], "value");
  if (typeof content !== "string" || content === "") return undefined;
  const tokens = typeof reply === "string" ? Math.max(1, Math.round(reply.length / CHARACTERS_A_TOKEN)) : undefined;
  return { messages: [{ role: "user", content }], ...(tokens === undefined ? {} : { outputTokens: tokens }) };
}

function ownLine(line: string): DataEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const tokens = Number(field(value, "output_tokens") ?? field(value, "max_tokens"));
  const outputTokens = Number.isInteger(tokens) && tokens > 0 ? { outputTokens: tokens } : {};
  const prompt = field(value, "prompt");
  if (typeof prompt === "string" && prompt !== "")
    return { messages: [{ role: "user", content: prompt }], ...outputTokens };
  const messages = field(value, "messages");
  if (!Array.isArray(messages) || messages.length === 0) return undefined;
  const said = messages.map((message) => ({ role: field(message, "role"), content: field(message, "content") }));
  if (!said.every((message) => typeof message.role === "string" && typeof message.content === "string"))
    return undefined;
  return {
    messages: said.map(({ role, content }) => ({ role: String(role), content: String(content) })),
    ...outputTokens,
  };
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

/** Fisher and Yates. */
function shuffled(count: number, seed: number): number[] {
  const random = chanceOf(seed, -2);
  const order = Array.from({ length: count }, (_, index) => index);
  for (let at = count - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  return order;
}
