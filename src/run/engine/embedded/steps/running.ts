import type { SequenceEvaluateOptions, Token } from "node-llama-cpp";
import type { LaneName } from "../../../../predict/serving/index.ts";
import type { Clock } from "../../process/index.ts";
import type { StepSequence } from "../sequences.ts";
import type { Runner } from "./plan-step.ts";

/** A reply to be drawn. */
export interface Work {
  readonly lane: LaneName;
  readonly tokens: readonly Token[];
  readonly maxTokens: number;
  readonly sampling: SequenceEvaluateOptions;
  /** false: evaluate the whole prompt even where a sequence holds its beginning */
  readonly reusePrefix: boolean;
  readonly signal: AbortSignal;
  /** the prompt is evaluated and the first token drawn; before its {@link onToken} */
  onPrefill?(prefill: { readonly cachedTokens: number; readonly ms: number; readonly ttftMs: number }): void;
  /** a token, with its step's duration (the first: the prompt's); false: nothing more is wanted */
  onToken(token: Token, ms: number): boolean;
}

/** How a stay on a sequence ended; "handler": `onToken` had enough; "evicted": another one needs the sequence more. */
export type End = "handler" | "length" | "cancelled" | "evicted";

/** One reply on its sequence. */
export class Running implements Runner {
  readonly work: Work;
  readonly sequence: StepSequence;
  /** of its prompt, held from before */
  readonly cachedTokens: number;
  lastStepMs: number;
  /** evaluating the prompt, without the time it rested */
  prefillMs = 0;
  readonly #tokens: readonly Token[];
  #evaluated: number;
  #evaluation: AsyncGenerator<Token, void, void | Token | Token[]> | undefined;
  readonly #done = Promise.withResolvers<End>();

  private constructor(
    work: Work,
    sequence: StepSequence,
    tokens: readonly Token[],
    cachedTokens: number,
    nowMs: number,
  ) {
    this.work = work;
    this.sequence = sequence;
    this.cachedTokens = cachedTokens;
    this.lastStepMs = nowMs;
    this.#tokens = tokens;
    this.#evaluated = cachedTokens;
  }

  /** Keeps the beginning that the sequence already holds; at least one token is evaluated, it draws the next. */
  static async begin(work: Work, sequence: StepSequence, tokens: readonly Token[], clock: Clock): Promise<Running> {
    if (work.reusePrefix) await sequence.adaptStateToTokens(tokens.slice(0, -1), false);
    else await sequence.clearHistory();
    const held = Math.min(sequence.nextTokenIndex, tokens.length - 1);
    return new Running(work, sequence, tokens, held, clock.now());
  }

  get lane(): LaneName {
    return this.work.lane;
  }

  get pending(): number {
    return this.#tokens.length - this.#evaluated;
  }

  get ended(): Promise<End> {
    return this.#done.promise;
  }

  /** Takes part in a step with so many tokens; answers with the token that was drawn, if it came to that. */
  async step(amount: number): Promise<Token | undefined> {
    if (this.pending > amount) {
      const piece = this.#tokens.slice(this.#evaluated, this.#evaluated + amount);
      await this.sequence.evaluateWithoutGeneratingNewTokens(piece);
      this.#evaluated += amount;
      return undefined;
    }
    this.#evaluation ??= this.sequence.evaluate(this.#tokens.slice(this.#evaluated), {
      ...this.work.sampling,
      yieldEogToken: true,
    });
    this.#evaluated = this.#tokens.length;
    const { value } = await this.#evaluation.next();
    if (value === undefined) throw new Error("no token was drawn");
    return value;
  }

  end(how: End): void {
    this.#done.resolve(how);
  }

  fail(error: unknown): void {
    this.#done.reject(error);
  }

  async close(): Promise<void> {
    await this.#evaluation?.return();
  }
}
