import type { LlamaContextSequence, Token } from "node-llama-cpp";
import type { LaneName } from "../../../predict/serving/index.ts";

/**
 * What a token in a sequence's cache is worth, by who left it, against one that must be evaluated now: people go on with
 * what they said, batch hardly ever does.
 */
const KEPT_WORTH: Readonly<Record<LaneName, number>> = { interactive: 1, batch: 0.1 };

/** What is needed of a sequence. */
export type StepSequence = Pick<
  LlamaContextSequence,
  | "adaptStateToTokens"
  | "clearHistory"
  | "compareContextTokens"
  | "contextSize"
  | "controlledEvaluate"
  | "evaluate"
  | "evaluateWithoutGeneratingNewTokens"
  | "nextTokenIndex"
>;

interface Waiting {
  readonly tokens: readonly Token[];
  readonly lane: LaneName;
  readonly resolve: (sequence: StepSequence | undefined) => void;
}

/** Hands out a context's sequences, one a reply; who comes when none is free waits in line, chats before batch. */
export class Sequences {
  /** least recently used first */
  readonly #free: { readonly sequence: StepSequence; readonly usedBy: LaneName }[];
  readonly #waiting: Waiting[] = [];
  readonly #reserved: number;
  readonly count: number;

  /** `reserved`: so many of them are never taken by the batch lane */
  constructor(sequences: readonly StepSequence[], reserved = 0) {
    this.#free = sequences.map((sequence) => ({ sequence, usedBy: "batch" }));
    this.count = this.#free.length;
    this.#reserved = Math.min(reserved, this.count - 1);
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Is a chat waiting although somebody must make room for it? */
  get starved(): boolean {
    return this.#free.length === 0 && this.#waiting.some(({ lane }) => lane === "interactive");
  }

  /** The free sequence that serves `tokens` best; undefined when `signal` aborts first. */
  take(
    tokens: readonly Token[],
    lane: LaneName = "interactive",
    signal?: AbortSignal,
  ): Promise<StepSequence | undefined> {
    if (signal?.aborted === true) return Promise.resolve(undefined);
    const { promise, resolve } = Promise.withResolvers<StepSequence | undefined>();
    const waiting: Waiting = { tokens, lane, resolve };
    this.#waiting.push(waiting);
    const leave = () => {
      const at = this.#waiting.indexOf(waiting);
      if (at >= 0) this.#waiting.splice(at, 1);
      resolve(undefined);
    };
    signal?.addEventListener("abort", leave, { once: true });
    this.#serve();
    return promise.finally(() => signal?.removeEventListener("abort", leave));
  }

  /** `usedBy`: whose work it holds now */
  give(sequence: StepSequence, usedBy: LaneName = "interactive"): void {
    this.#free.push({ sequence, usedBy });
    this.#serve();
  }

  #serve(): void {
    while (this.#free.length > 0) {
      const chat = this.#waiting.findIndex(({ lane }) => lane === "interactive");
      const at = chat >= 0 ? chat : this.#free.length > this.#reserved ? 0 : -1;
      const [next] = at >= 0 ? this.#waiting.splice(at, 1) : [];
      if (!next) return;
      next.resolve(this.#free.splice(this.#best(next.tokens), 1)[0]?.sequence);
    }
  }

  /**
   * The one with the least to evaluate, and the least to lose: what it holds beyond the common beginning is wanted again
   * more likely the more recently it was used.
   */
  #best(tokens: readonly Token[]): number {
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    this.#free.forEach(({ sequence, usedBy }, age) => {
      const common = sequence.compareContextTokens([...tokens]).firstDifferentIndex;
      const uses = this.#free.length - age;
      const cost = tokens.length - common + (KEPT_WORTH[usedBy] * (sequence.nextTokenIndex - common)) / uses;
      if (cost < least) [best, least] = [age, cost];
    });
    return best;
  }
}
