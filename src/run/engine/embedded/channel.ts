/** Values pushed on one side and read in order on the other; it keeps what nobody has read yet. */
export class Channel<Value> implements AsyncIterable<Value> {
  readonly #values: Value[] = [];
  #over: { readonly error?: unknown; readonly failed: boolean } | undefined;
  #wake: (() => void) | undefined;

  push(value: Value): void {
    this.#values.push(value);
    this.#wake?.();
  }

  end(): void {
    this.#over ??= { failed: false };
    this.#wake?.();
  }

  /** Ends with an error, after what was pushed before. */
  fail(error: unknown): void {
    this.#over ??= { failed: true, error };
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Value> {
    while (true) {
      while (this.#values.length > 0) yield this.#values.shift()!;
      if (this.#over?.failed === true) throw this.#over.error;
      if (this.#over) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
