/** What is shown for bytes that are no character yet. */
const INCOMPLETE = "\uFFFD";

/**
 * Text of tokens as they come. A character of several bytes may be spread over tokens, so what ends in an incomplete one
 * is held back until it is whole; after four tokens (the longest UTF-8 character) it is given out as it is.
 */
export class TextStream<Token> {
  readonly #detokenize: (tokens: readonly Token[], before: readonly Token[]) => string;
  #before: Token[] = [];
  #held: Token[] = [];

  /** `detokenize(tokens, before)`: text of `tokens`, given those just before (some vocabularies drop a leading space else) */
  constructor(detokenize: (tokens: readonly Token[], before: readonly Token[]) => string) {
    this.#detokenize = detokenize;
  }

  push(token: Token): string {
    this.#held.push(token);
    const text = this.#detokenize(this.#held, this.#before);
    if (text.endsWith(INCOMPLETE) && this.#held.length < 4) return "";
    return this.#release(text);
  }

  /** What is still held when the reply ends. */
  end(): string {
    return this.#held.length === 0 ? "" : this.#release(this.#detokenize(this.#held, this.#before));
  }

  #release(text: string): string {
    this.#before = [...this.#before, ...this.#held].slice(-8);
    this.#held = [];
    return text;
  }
}
