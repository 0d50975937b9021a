import type { AnswerTranslator } from "../dialect.ts";
import { pieceOf, type Piece, type Fields } from "../../../client/index.ts";
import { addTo, emptyReply, isCut, items, responseOf, type OpenItem, type ReplySoFar } from "./items.ts";

/** What an engine answers, as a response: a list of items, or the numbered events that build it. */
export class ResponsesAnswers implements AnswerTranslator {
  readonly contentType = { whole: "application/json", stream: "text/event-stream" };
  readonly #model: string;
  readonly #asked: Fields;
  readonly #reply: ReplySoFar = emptyReply();
  #number = 0;
  #begun = false;
  /** the last item is being added to */
  #open = false;

  constructor(model: string, asked: Fields) {
    this.#model = model;
    this.#asked = asked;
  }

  whole(answer: Fields): unknown {
    addTo(this.#reply, pieceOf(answer));
    return this.#response(isCut(this.#reply) ? "incomplete" : "completed");
  }

  event(data: Fields): string {
    const piece = pieceOf(data);
    let out = this.#begin(piece);
    if (piece.thinking !== "") out += this.#grow("reasoning", 0, { ...NOTHING, thinking: piece.thinking });
    if (piece.text !== "") out += this.#grow("message", 0, { ...NOTHING, text: piece.text });
    for (const call of piece.calls) out += this.#grow("function_call", call.index, { ...NOTHING, calls: [call] });
    addTo(this.#reply, { ...piece, thinking: "", text: "", calls: [] });
    return out;
  }

  end(): string {
    const begun = this.#begun ? "" : this.#begin({ ...NOTHING, id: "", created: 0 });
    const status = isCut(this.#reply) ? "incomplete" : "completed";
    return begun + this.#close() + this.#event(`response.${status}`, { response: this.#response(status) });
  }

  #begin(piece: Piece): string {
    if (this.#begun) return "";
    this.#begun = true;
    addTo(this.#reply, { ...NOTHING, id: piece.id, created: piece.created });
    const response = this.#response("in_progress");
    return this.#event("response.created", { response }) + this.#event("response.in_progress", { response });
  }

  /** Adds to the last item, or opens another where the kind (or the call) changes. */
  #grow(kind: OpenItem["kind"], call: number, piece: Piece): string {
    let out = "";
    const last = this.#reply.items.at(-1);
    if (!this.#open || last?.kind !== kind || last.call !== call) out += this.#close();
    const opens = !this.#open;
    addTo(this.#reply, piece);
    const item = this.#reply.items.at(-1)!;
    if (opens) out += this.#openItem(item);
    const delta = piece.text + piece.thinking + (piece.calls[0]?.argumentsPart ?? "");
    return delta === "" ? out : out + this.#event(DELTA[kind], { ...this.#place(item), delta, ...logprobs(kind) });
  }

  #openItem(item: OpenItem): string {
    this.#open = true;
    const added = this.#event("response.output_item.added", {
      output_index: this.#index(),
      item: items(this.#reply, "in_progress").at(-1),
    });
    if (item.kind === "function_call") return added;
    return added + this.#event("response.content_part.added", { ...this.#place(item), part: part(item.kind, "") });
  }

  #close(): string {
    if (!this.#open) return "";
    this.#open = false;
    const item = this.#reply.items.at(-1)!;
    const place = this.#place(item);
    const value = item.kind === "function_call" ? { arguments: item.text, name: item.name } : { text: item.text };
    let out = this.#event(DONE[item.kind], { ...place, ...value, ...logprobs(item.kind) });
    if (item.kind !== "function_call")
      out += this.#event("response.content_part.done", { ...place, part: part(item.kind, item.text) });
    return (
      out +
      this.#event("response.output_item.done", {
        output_index: this.#index(),
        item: items(this.#reply, "completed").at(-1),
      })
    );
  }

  #place(item: OpenItem): Fields {
    const about = { item_id: item.id, output_index: this.#index() };
    return item.kind === "function_call" ? about : { ...about, content_index: 0 };
  }

  #index(): number {
    return this.#reply.items.length - 1;
  }

  #event(type: string, fields: Fields): string {
    return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: this.#number++, ...fields })}\n\n`;
  }

  #response(status: "in_progress" | "completed" | "incomplete"): unknown {
    return responseOf(this.#reply, status, this.#model, this.#asked);
  }
}

const NOTHING: Piece = { id: "", created: 0, text: "", thinking: "", calls: [] };

const DELTA = {
  reasoning: "response.reasoning_text.delta",
  message: "response.output_text.delta",
  function_call: "response.function_call_arguments.delta",
} as const;

const DONE = {
  reasoning: "response.reasoning_text.done",
  message: "response.output_text.done",
  function_call: "response.function_call_arguments.done",
} as const;

function part(kind: "reasoning" | "message", text: string): unknown {
  return kind === "reasoning"
    ? { type: "reasoning_text", text }
    : { type: "output_text", text, annotations: [], logprobs: [] };
}

function logprobs(kind: OpenItem["kind"]): Fields {
  return kind === "message" ? { logprobs: [] } : {};
}
