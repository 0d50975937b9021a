import type { AnswerTranslator } from "../dialect.ts";
import { pieceOf, type Piece, type Usage, type Fields } from "../../../client/index.ts";

/** Where a reply's text stands: `/api/chat` says `message`, `/api/generate` says `response`. */
export type Place = "message" | "response";

/** Lines of JSON, one a token, and a last one with counts and durations in nanoseconds. */
export class OllamaAnswers implements AnswerTranslator {
  readonly contentType = { whole: "application/json; charset=utf-8", stream: "application/x-ndjson" };
  readonly #model: string;
  readonly #place: Place;
  readonly #now: () => number;
  readonly #begunMs: number;
  readonly #calls = new Map<number, { name: string; arguments: string }>();
  #firstMs: number | undefined;
  #createdAt = "";
  #finish: string | undefined;
  #usage: Usage | undefined;
  #timings: Fields | undefined;

  /** `now`: milliseconds of a monotonic clock; asked where the engine does not say how long it took. */
  constructor(model: string, place: Place, now: () => number) {
    this.#model = model;
    this.#place = place;
    this.#now = now;
    this.#begunMs = now();
  }

  whole(answer: Fields): unknown {
    const piece = pieceOf(answer);
    this.#take(piece);
    const calls = this.#callList();
    return this.#line(piece.text, piece.thinking, calls, this.#last());
  }

  event(data: Fields): string {
    const piece = pieceOf(data);
    this.#take(piece);
    if (piece.text === "" && piece.thinking === "") return "";
    this.#firstMs ??= this.#now();
    return jsonLine(this.#line(piece.text, piece.thinking, [], { done: false }));
  }

  /** Calls come whole: Ollama's clients do not put parts together. */
  end(): string {
    const calls = this.#callList();
    const said = calls.length === 0 ? "" : jsonLine(this.#line("", "", calls, { done: false }));
    return said + jsonLine(this.#line("", "", [], this.#last()));
  }

  #take(piece: Piece): void {
    if (this.#createdAt === "") this.#createdAt = new Date(piece.created * 1000).toISOString();
    this.#finish ??= piece.finish;
    this.#usage = piece.usage ?? this.#usage;
    this.#timings = piece.timings ?? this.#timings;
    for (const { index, name, argumentsPart } of piece.calls) {
      const call = this.#calls.get(index) ?? { name: "", arguments: "" };
      this.#calls.set(index, { name: name ?? call.name, arguments: call.arguments + argumentsPart });
    }
  }

  #line(text: string, thinking: string, calls: readonly unknown[], rest: Fields): Fields {
    const about = thinking === "" ? {} : { thinking };
    const said =
      this.#place === "response"
        ? { response: text, ...about }
        : {
            message: {
              role: "assistant",
              content: text,
              ...about,
              ...(calls.length === 0 ? {} : { tool_calls: calls }),
            },
          };
    return { model: this.#model, created_at: this.#createdAt, ...said, ...rest };
  }

  #callList(): unknown[] {
    return [...this.#calls.values()].map((call) => ({
      function: { name: call.name, arguments: object(call.arguments) },
    }));
  }

  #last(): Fields {
    const endMs = this.#now();
    const firstMs = this.#firstMs ?? endMs;
    const { prompt_ms: promptMs, predicted_ms: predictedMs } = this.#timings ?? {};
    return {
      done: true,
      done_reason: this.#finish === "length" ? "length" : "stop",
      total_duration: nanoseconds(endMs - this.#begunMs),
      load_duration: 0,
      prompt_eval_count: this.#usage?.promptTokens ?? 0,
      prompt_eval_duration: nanoseconds(typeof promptMs === "number" ? promptMs : firstMs - this.#begunMs),
      eval_count: this.#usage?.completionTokens ?? 0,
      eval_duration: nanoseconds(typeof predictedMs === "number" ? predictedMs : endMs - firstMs),
    };
  }
}

function jsonLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

function nanoseconds(ms: number): number {
  return Math.round(ms * 1e6);
}

function object(text: string): unknown {
  if (text === "") return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return { arguments: text };
  }
}
