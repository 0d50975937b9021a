import type { LlamaContext, LlamaContextSequence, Token } from "node-llama-cpp";

/** Hands out a context's sequences, one a reply; who comes when none is free waits in line. */
export class Sequences {
  readonly #free: LlamaContextSequence[] = [];
  readonly #waiting: ((sequence: LlamaContextSequence) => void)[] = [];

  constructor(context: LlamaContext) {
    while (context.sequencesLeft > 0) this.#free.push(context.getSequence());
  }

  /** The free sequence that holds most of the beginning of `tokens`. */
  async take(tokens: readonly Token[]): Promise<LlamaContextSequence> {
    if (this.#free.length === 0) {
      const { promise, resolve } = Promise.withResolvers<LlamaContextSequence>();
      this.#waiting.push(resolve);
      return promise;
    }
    let best = 0;
    for (let i = 1; i < this.#free.length; i += 1)
      if (held(this.#free[i]!, tokens) > held(this.#free[best]!, tokens)) best = i;
    return this.#free.splice(best, 1)[0]!;
  }

  give(sequence: LlamaContextSequence): void {
    const next = this.#waiting.shift();
    if (next) next(sequence);
    else this.#free.push(sequence);
  }
}

function held(sequence: LlamaContextSequence, tokens: readonly Token[]): number {
  return sequence.compareContextTokens([...tokens]).firstDifferentIndex;
}
