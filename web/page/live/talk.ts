import { signal } from "@preact/signals";
import { eventsOf, messageIn, pieceOf } from "./stream.ts";

export interface Turn {
  readonly role: "user" | "assistant";
  readonly text: string;
  readonly thought: string;
  /** figures of a reply, once it has ended */
  readonly figures: string;
}

/** Who is talked with. */
export interface Partner {
  readonly pid: number;
  readonly model: string;
}

/** A conversation, kept in this page alone. */
export class Talk {
  readonly turns = signal<readonly Turn[]>([]);
  readonly replying = signal(false);
  readonly problem = signal("");
  /** the run wants a key */
  readonly wantsKey = signal(false);
  key = "";
  #reply: AbortController | undefined;

  async say(partner: Partner, text: string): Promise<void> {
    if (this.replying.value || text.trim() === "") return;
    const asked: Turn = { role: "user", text: text.trim(), thought: "", figures: "" };
    this.turns.value = [...this.turns.value, asked];
    await this.#answer(partner);
  }

  /** Asks again what was said last. */
  async again(partner: Partner): Promise<void> {
    if (this.replying.value) return;
    const turns = this.turns.value;
    this.turns.value = turns.at(-1)?.role === "assistant" ? turns.slice(0, -1) : turns;
    await this.#answer(partner);
  }

  stop(): void {
    this.#reply?.abort();
  }

  forget(): void {
    this.stop();
    this.turns.value = [];
    this.problem.value = "";
  }

  async #answer({ pid, model }: Partner): Promise<void> {
    const reply = new AbortController();
    this.#reply = reply;
    this.replying.value = true;
    this.problem.value = "";
    const before = this.turns.value;
    const shown = new Reply((turn) => (this.turns.value = [...before, turn]));
    try {
      const response = await fetch(`api/runs/${pid}/chat`, {
        method: "POST",
        headers: { "content-type": "application/json", ...(this.key ? { authorization: `Bearer ${this.key}` } : {}) },
        signal: reply.signal,
        body: JSON.stringify({
          model,
          messages: before.map(({ role, text }) => ({ role, content: text })),
          stream: true,
          stream_options: { include_usage: true },
        }),
      });
      this.wantsKey.value = response.status === 401;
      if (!response.ok || !response.body) throw new Error(messageIn(await response.json()));
      for await (const event of eventsOf(response.body)) shown.take(pieceOf(event));
      shown.end("");
    } catch (error) {
      if (reply.signal.aborted) shown.end("stopped");
      else {
        shown.end("");
        this.problem.value = error instanceof Error ? error.message : String(error);
      }
    } finally {
      this.replying.value = false;
    }
  }
}

/** A reply while it comes, with the moments of its tokens. */
class Reply {
  readonly #show: (turn: Turn) => void;
  readonly #startedMs = performance.now();
  #firstMs: number | undefined;
  #lastMs = 0;
  #events = 0;
  #text = "";
  #thought = "";
  #finish = "";
  #usage: ReturnType<typeof pieceOf>["usage"];

  constructor(show: (turn: Turn) => void) {
    this.#show = show;
  }

  take(piece: ReturnType<typeof pieceOf>): void {
    if (piece.error !== undefined) throw new Error(piece.error);
    this.#usage = piece.usage ?? this.#usage;
    this.#finish = piece.finish || this.#finish;
    if (piece.text === "" && piece.thought === "") return;
    this.#lastMs = performance.now();
    this.#firstMs ??= this.#lastMs;
    this.#events += 1;
    this.#text += piece.text;
    this.#thought += piece.thought;
    this.#show(this.#turn(""));
  }

  end(how: string): void {
    if (this.#events > 0) this.#show(this.#turn(this.#figures(how)));
  }

  #turn(figures: string): Turn {
    return { role: "assistant", text: this.#text, thought: this.#thought, figures };
  }

  #figures(how: string): string {
    const tokens = this.#usage?.reply ?? this.#events;
    const ms = this.#lastMs - (this.#firstMs ?? this.#lastMs);
    const { prompt = 0, cached = 0 } = this.#usage ?? {};
    return [
      `${tokens} tokens`,
      tokens > 1 && ms > 0 ? `${(((tokens - 1) / ms) * 1000).toFixed(1)} tok/s` : "",
      this.#firstMs === undefined ? "" : `first after ${Math.round(this.#firstMs - this.#startedMs)} ms`,
      prompt > 0 ? `prompt ${prompt}${cached > 0 ? `, ${cached} cached` : ""}` : "",
      this.#finish === "length" ? "cut by its limit" : how,
    ]
      .filter((part) => part !== "")
      .join(", ");
  }
}
