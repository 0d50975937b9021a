import type { Token } from "node-llama-cpp";
import type { Clock } from "../../process/index.ts";
import { token } from "../score.ts";
import type { StepSequence } from "../sequences.ts";

interface Asked {
  readonly sequence: FakeSequence;
  readonly tokens: number;
}

/**
 * Sequences without a model: the token after any is its sum with the length so far. Whatever is asked in one turn of the
 * event loop is one step, and a step takes one millisecond of a clock of its own.
 */
export class FakeEngine {
  readonly sequences: StepSequence[];
  readonly steps: Asked[][] = [];
  readonly clock: Clock;
  #nowMs = 0;
  #asked: (Asked & { readonly go: () => void })[] = [];
  readonly #watchers = new Set<() => void>();

  constructor(count: number) {
    this.sequences = Array.from({ length: count }, () => new FakeSequence(this).asSequence());
    this.clock = {
      now: () => this.#nowMs,
      pause: async (ms, signal) => {
        const untilMs = this.#nowMs + ms;
        const wait = async (): Promise<void> => {
          if (this.#nowMs >= untilMs || signal?.aborted === true) return;
          if (this.#asked.length === 0) this.#nowMs += 1; // nothing steps: time goes on by itself
          await turn();
          await wait();
        };
        await wait();
      },
    };
  }

  /** Resolves right after the step in which something came true. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!holds()) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
    });
  }

  async step(sequence: FakeSequence, tokens: number): Promise<void> {
    await new Promise<void>((go) => {
      this.#asked.push({ sequence, tokens, go });
      if (this.#asked.length === 1) setImmediate(() => this.#run());
    });
    setImmediate(() => {
      for (const look of this.#watchers) look();
    });
  }

  #run(): void {
    this.#nowMs += 1;
    this.steps.push(this.#asked.map(({ sequence, tokens }) => ({ sequence, tokens })));
    for (const { go } of this.#asked.splice(0)) go();
  }

  /** What follows a prompt. */
  expected(prompt: readonly Token[], count: number): Token[] {
    const all = [...prompt];
    while (all.length < prompt.length + count) all.push(after(all));
    return all.slice(prompt.length);
  }

  /** Tokens evaluated by the sequence that drew these. */
  evaluated(drawn: readonly Token[]): number {
    return this.#of(drawn).evaluated;
  }

  failNext(drawn: readonly Token[]): void {
    this.#of(drawn).fails = true;
  }

  #of(drawn: readonly Token[]): FakeSequence {
    const all = new Set(this.steps.flat().map(({ sequence }) => sequence));
    return [...all].find(({ drawn: own }) => drawn.every((one, index) => own.at(index - drawn.length) === one))!;
  }
}

class FakeSequence {
  readonly #engine: FakeEngine;
  readonly drawn: Token[] = [];
  #held: Token[] = [];
  evaluated = 0;
  fails = false;

  constructor(engine: FakeEngine) {
    this.#engine = engine;
  }

  asSequence(): StepSequence {
    const held = () => this.#held;
    const erase = async (from: number) => {
      this.#held = this.#held.slice(0, from);
    };
    const compare = (tokens: readonly Token[]) => {
      const different = this.#held.findIndex((one, index) => one !== tokens[index]);
      return { firstDifferentIndex: different < 0 ? this.#held.length : different };
    };
    return {
      get nextTokenIndex() {
        return held().length;
      },
      contextSize: 64,
      compareContextTokens: compare,
      adaptStateToTokens: (tokens) => erase(compare(tokens).firstDifferentIndex),
      clearHistory: () => erase(0),
      evaluateWithoutGeneratingNewTokens: (tokens) => this.#take(tokens),
      evaluate: (tokens) => this.#draw(tokens),
      controlledEvaluate: () => Promise.reject(new Error("not used here")),
    };
  }

  async #take(tokens: readonly Token[]): Promise<void> {
    await this.#engine.step(this, tokens.length);
    if (this.fails) throw new Error("made to fail");
    this.#held = [...this.#held, ...tokens];
    this.evaluated += tokens.length;
  }

  async *#draw(tokens: readonly Token[]): AsyncGenerator<Token, void, void | Token | Token[]> {
    let next = tokens;
    while (true) {
      await this.#take(next);
      const drawn = after(this.#held);
      this.drawn.push(drawn);
      yield drawn;
      next = [drawn];
    }
  }
}

/** So many tokens, different from those of another `first`. */
export function numbered(first: number, count: number): Token[] {
  return Array.from({ length: count }, (_, index) => token(100 * first + index));
}

function after(tokens: readonly Token[]): Token {
  return token(tokens.at(-1)! + tokens.length);
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
