import { LogReader } from "../../../facts/runtime/index.ts";
import type { LogEntry } from "./protocol.ts";

/** Levels worth a reader's time even where the grammar knows nothing about the line. */
const LOUD = new Set(["fatal", "error", "warn", "info"]);

/** Among the kinds of the grammar: any line of an error. */
const ERROR_LINE = "error-line";
const ERROR_LIMIT_MS = 100;

/**
 * Takes the engine's lines in the child process. They arrive asynchronously, after the call that caused them has
 * returned, so whoever needs them waits for the line that is known to be the last.
 */
export class LogRelay {
  readonly #send: (lines: LogEntry[]) => void;
  readonly #reader = new LogReader();
  readonly #waiting = new Set<{ seen: (kinds: ReadonlySet<string>) => boolean; done: () => void }>();
  #kinds = new Set<string>();
  #lines = 0;
  #errors = new Set<string>();

  constructor(send: (lines: LogEntry[]) => void) {
    this.#send = send;
  }

  take(level: string, message: string): void {
    const lines: LogEntry[] = [];
    for (const text of message.split("\n")) {
      if (text.trim() === "") continue;
      this.#lines += 1;
      const facts = this.#reader.add(text);
      for (const { kind } of facts) this.#kinds.add(kind);
      if (facts.length > 0 || LOUD.has(level)) lines.push([level, text]);
      if (level === "error" || level === "fatal") {
        this.#errors.add(text.trim());
        this.#kinds.add(ERROR_LINE);
      }
    }
    if (lines.length > 0) this.#send(lines);
    for (const waiter of this.#waiting) if (waiter.seen(this.#kinds)) waiter.done();
  }

  /** The latest errors, each once, in the engine's words: its exceptions say less. They may come after the exception. */
  async lastErrors(): Promise<string> {
    await this.seen([ERROR_LINE], ERROR_LIMIT_MS);
    return [...this.#errors].slice(-5).join("; ");
  }

  /** Forgets which kinds of lines were seen, before doing what will print them. */
  expect(): void {
    this.#kinds = new Set();
    this.#errors = new Set();
  }

  /**
   * Waits until all these kinds of lines were seen since {@link expect} and no more come in their wake; after `limitMs` it
   * goes on without. What the engine does next may silence lines that are not delivered yet: its dry run before a context
   * lowers the level for all.
   */
  async seen(kinds: readonly string[], limitMs: number): Promise<boolean> {
    const seen = await this.#allSeen(kinds, limitMs);
    let lines: number;
    do {
      lines = this.#lines;
      await turn();
      await turn();
    } while (lines !== this.#lines);
    return seen;
  }

  async #allSeen(kinds: readonly string[], limitMs: number): Promise<boolean> {
    const all = (seen: ReadonlySet<string>) => kinds.every((kind) => seen.has(kind));
    if (all(this.#kinds)) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const waiter = { seen: all, done: () => resolve(true) };
    this.#waiting.add(waiter);
    const timer = setTimeout(() => resolve(false), limitMs);
    const seen = await promise;
    clearTimeout(timer);
    this.#waiting.delete(waiter);
    return seen;
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
