import { createParser } from "eventsource-parser";
import { LoadoutError } from "../../facts/errors/index.ts";
import { type Fields, isFields, messageOf } from "../home/index.ts";
import type { ClientEndpoint } from "./endpoint.ts";
import { pieceOf, type Usage } from "./piece.ts";
import { failureIn, send } from "./post.ts";

export interface ClientChat {
  /** absent: the server's only one */
  readonly model?: string;
  readonly messages: readonly Fields[];
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly seed?: number;
  /** more of the body, as it stands */
  readonly extra?: Fields;
}

export type ClientEvent =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "thinking"; readonly text: string }
  | { readonly kind: "end"; readonly outcome: ClientOutcome };

/** What became of a chat, measured here. */
export interface ClientOutcome {
  readonly text: string;
  readonly thinking: string;
  /** "stop", "length", ...; "cancelled" where it was given up here */
  readonly finishReason: string;
  /** absent: the server did not say */
  readonly usage?: Usage;
  /** the server's own measurement, llama.cpp's names */
  readonly timings?: Fields;
  /** from sending to the first text or thought; absent: there was none */
  readonly ttftMs?: number;
  /** from the first to the last event with text */
  readonly decodeMs: number;
  /** events with text: tokens, where the server sends one by one */
  readonly events: number;
}

/**
 * A chat as it comes. Given up by `signal` it ends with what was said so far, as "cancelled". Throws `endpoint-*` errors:
 * refused, unreachable, broken off in the middle.
 */
export async function* chat(
  endpoint: ClientEndpoint,
  ask: ClientChat,
  { signal, now = () => performance.now() }: { readonly signal?: AbortSignal; readonly now?: () => number } = {},
): AsyncGenerator<ClientEvent> {
  const startedMs = now();
  const said = { text: "", thinking: "", finish: "", events: 0 };
  let usage: Usage | undefined;
  let timings: Fields | undefined;
  let firstMs: number | undefined;
  let lastMs = startedMs;
  let ended = false;
  const waiting: ClientEvent[] = [];

  const parser = createParser({
    onEvent: ({ data }) => {
      if (data === "[DONE]") {
        ended = true;
        return;
      }
      const event = parse(data, endpoint);
      if (event.error !== undefined) {
        const { message, type } = failureIn(data);
        throw new LoadoutError("endpoint-refused", { url: endpoint.base, status: 200, got: message, kind: type });
      }
      const piece = pieceOf(event);
      usage = piece.usage ?? usage;
      timings = piece.timings ?? timings;
      if (piece.finish !== undefined) said.finish = piece.finish;
      if (piece.text === "" && piece.thinking === "") return;
      lastMs = now();
      firstMs ??= lastMs;
      said.events++;
      said.text += piece.text;
      said.thinking += piece.thinking;
      if (piece.thinking !== "") waiting.push({ kind: "thinking", text: piece.thinking });
      if (piece.text !== "") waiting.push({ kind: "text", text: piece.text });
    },
  });

  try {
    const answer = await send(endpoint, "POST", "/chat/completions", bodyOf(ask), signal);
    answer.setEncoding("utf8");
    for await (const part of answer) {
      parser.feed(String(part));
      yield* waiting.splice(0);
      if (ended) break;
    }
    if (!ended && said.finish === "") throw new Error("the stream broke off");
  } catch (error) {
    if (signal?.aborted !== true) {
      if (error instanceof LoadoutError) throw error;
      throw new LoadoutError("endpoint-broken", { url: endpoint.base, got: messageOf(error) }, { cause: error });
    }
    said.finish = "cancelled";
  }
  yield {
    kind: "end",
    outcome: {
      text: said.text,
      thinking: said.thinking,
      finishReason: said.finish,
      ...(usage === undefined ? {} : { usage }),
      ...(timings === undefined ? {} : { timings }),
      ...(firstMs === undefined ? {} : { ttftMs: firstMs - startedMs }),
      decodeMs: lastMs - (firstMs ?? lastMs),
      events: said.events,
    },
  };
}

function bodyOf({ model, messages, maxTokens, temperature, seed, extra }: ClientChat): Fields {
  return {
    ...(model === undefined ? {} : { model }),
    messages,
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(seed === undefined ? {} : { seed }),
    ...extra,
    stream: true,
    stream_options: { include_usage: true },
  };
}

function parse(data: string, { base }: ClientEndpoint): Fields {
  try {
    const value: unknown = JSON.parse(data);
    if (isFields(value)) return value;
  } catch {
    // said below
  }
  throw new LoadoutError("endpoint-unreadable", { url: base, got: data.slice(0, 80) });
}
