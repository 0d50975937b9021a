import type { AnswerTranslator } from "../dialect.ts";
import { pieceOf, type CallPiece, type Piece, type Usage, type Fields } from "../../../client/index.ts";

/** What an engine answers, as Anthropic's clients read it: one message of blocks, or the events that build it. */
export class AnthropicAnswers implements AnswerTranslator {
  readonly contentType = { whole: "application/json", stream: "text/event-stream" };
  readonly #model: string;
  #begun = false;
  /** the block that is open, by kind and, for calls, by the engine's index */
  #open: { readonly kind: "text" | "thinking" | "call"; readonly call: number } | undefined;
  #blocks = 0;
  #called = false;
  #finish: string | undefined;
  #usage: Usage | undefined;

  constructor(model: string) {
    this.#model = model;
  }

  whole(answer: Fields): unknown {
    const piece = pieceOf(answer);
    const content: unknown[] = [];
    if (piece.thinking !== "") content.push({ type: "thinking", thinking: piece.thinking, signature: "" });
    if (piece.text !== "") content.push({ type: "text", text: piece.text, citations: null });
    for (const call of piece.calls)
      content.push({ type: "tool_use", id: callId(call), name: call.name ?? "", input: parsed(call.argumentsPart) });
    return {
      ...this.#message(piece),
      content,
      stop_reason: stopReason(piece.finish, piece.calls.length > 0),
      usage: counts(piece.usage),
    };
  }

  event(data: Fields): string {
    const piece = pieceOf(data);
    let out = this.#begin(piece);
    if (piece.thinking !== "")
      out += this.#block("thinking", 0, { type: "thinking_delta", thinking: piece.thinking }, () => ({
        type: "thinking",
        thinking: "",
        signature: "",
      }));
    if (piece.text !== "")
      out += this.#block("text", 0, { type: "text_delta", text: piece.text }, () => ({
        type: "text",
        text: "",
        citations: null,
      }));
    for (const call of piece.calls) {
      this.#called = true;
      out += this.#block("call", call.index, { type: "input_json_delta", partial_json: call.argumentsPart }, () => ({
        type: "tool_use",
        id: callId(call),
        name: call.name ?? "",
        input: {},
      }));
    }
    this.#finish ??= piece.finish;
    this.#usage = piece.usage ?? this.#usage;
    return out;
  }

  end(): string {
    const delta = { stop_reason: stopReason(this.#finish, this.#called), stop_sequence: null };
    const begun = this.#begun ? "" : this.#begin({ id: "", created: 0, text: "", thinking: "", calls: [] });
    return (
      begun + this.#close() + event("message_delta", { delta, usage: counts(this.#usage) }) + event("message_stop", {})
    );
  }

  #begin(piece: Piece): string {
    if (this.#begun) return "";
    this.#begun = true;
    const message = { ...this.#message(piece), content: [], stop_reason: null, usage: counts(piece.usage) };
    return event("message_start", { message });
  }

  #message({ id }: Piece): Record<string, unknown> {
    const model = this.#model;
    return {
      id: `msg_${id.replace(/^chatcmpl-/, "")}`,
      type: "message",
      role: "assistant",
      model,
      stop_sequence: null,
    };
  }

  /** Opens a block where the kind (or the call) changes; what comes then is a part of it. An empty first part only opens. */
  #block(kind: "text" | "thinking" | "call", call: number, delta: Fields, block: () => Fields): string {
    let out = "";
    if (this.#open?.kind !== kind || this.#open.call !== call) {
      out += this.#close();
      this.#open = { kind, call };
      out += event("content_block_start", { index: this.#blocks, content_block: block() });
    }
    return delta.partial_json === "" ? out : out + event("content_block_delta", { index: this.#blocks, delta });
  }

  #close(): string {
    if (this.#open === undefined) return "";
    this.#open = undefined;
    return event("content_block_stop", { index: this.#blocks++ });
  }
}

function event(type: string, fields: Fields): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

function stopReason(finish: string | undefined, called: boolean): string {
  if (finish === "length") return "max_tokens";
  return called || finish === "tool_calls" ? "tool_use" : finish === "content_filter" ? "refusal" : "end_turn";
}

/** Anthropic counts apart what was read from a cache: its `input_tokens` are those evaluated. */
function counts(usage: Usage | undefined): Fields {
  return {
    input_tokens: usage === undefined ? 0 : usage.promptTokens - usage.cachedTokens,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: usage?.cachedTokens ?? 0,
    output_tokens: usage?.completionTokens ?? 0,
  };
}

function callId({ id, index }: CallPiece): string {
  return id ?? `toolu_${index}`;
}

/** Arguments are JSON by the engine's word; a model without a grammar may break it, and then its text is all there is. */
function parsed(text: string): unknown {
  if (text === "") return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return { arguments: text };
  }
}
