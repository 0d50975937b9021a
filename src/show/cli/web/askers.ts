import { Worker } from "node:worker_threads";
import { LoadoutError } from "../../../facts/errors/index.ts";
import { codeFile } from "../../../run/home/index.ts";
import type { Said } from "./ask-inside.ts";

/** Threads that answer. Two: a long question does not hold up a short one, and a small machine has two cores. */
const MOST_THREADS = 2;
/** Questions at once, those that wait for a thread with them. */
const MOST_AT_ONCE = 4;

/**
 * Answers questions beside the thread that serves. A thread is kept for the next question; where the one who asked has gone, it is
 * ended in the middle of its work and another starts when it is needed.
 */
export class Askers {
  readonly #idle: Worker[] = [];
  readonly #busy = new Set<Worker>();
  readonly #waiting: (() => void)[] = [];
  #asking = 0;

  /** Throws `web-busy` where too many ask, `interrupted` once `gone` says so. */
  async ask(words: readonly string[], gone: AbortSignal): Promise<Said> {
    if (this.#asking >= MOST_AT_ONCE) throw new LoadoutError("web-busy", { got: this.#asking });
    this.#asking += 1;
    try {
      while (this.#busy.size >= MOST_THREADS && !gone.aborted) await this.#turn(gone);
      if (gone.aborted) throw new LoadoutError("interrupted");
      return await this.#answer(words, gone);
    } finally {
      this.#asking -= 1;
      this.#waiting.shift()?.();
    }
  }

  async #answer(words: readonly string[], gone: AbortSignal): Promise<Said> {
    const worker = this.#idle.pop() ?? this.#started();
    this.#busy.add(worker);
    const { promise, resolve, reject } = Promise.withResolvers<Said>();
    const end = () => reject(new LoadoutError("interrupted"));
    worker.on("message", resolve).on("error", reject).on("exit", end);
    gone.addEventListener("abort", end, { once: true });
    try {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage(words);
      const said = await promise;
      this.#idle.push(worker);
      return said;
    } catch (error) {
      // not waited for: who asked has gone, and the next question takes another thread
      void worker.terminate();
      throw error;
    } finally {
      this.#busy.delete(worker);
      worker.off("message", resolve).off("error", reject).off("exit", end);
      gone.removeEventListener("abort", end);
    }
  }

  /** One that ends while nobody waits for it is only not asked again. */
  #started(): Worker {
    const worker = new Worker(codeFile("show/cli/web/ask-worker"));
    worker.on("error", () => undefined).on("exit", () => remove(this.#idle, worker));
    return worker;
  }

  /** Until a thread may be free, or nobody waits any more. */
  async #turn(gone: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    this.#waiting.push(wake);
    gone.addEventListener("abort", wake, { once: true });
    await promise;
    remove(this.#waiting, wake);
    gone.removeEventListener("abort", wake);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#idle, ...this.#busy].map((worker) => worker.terminate()));
  }
}

function remove<T>(list: T[], one: T): void {
  const at = list.indexOf(one);
  if (at >= 0) list.splice(at, 1);
}
