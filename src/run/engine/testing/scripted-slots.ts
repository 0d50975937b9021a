/** Places in which requests are worked on; who finds none waits in the order of arrival. */
export class ScriptedSlots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  readonly #onWaiting: () => void;

  constructor(count: number, onWaiting: () => void) {
    this.#free = count;
    this.#onWaiting = onWaiting;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves with true when a slot is ours, with false when the client left before. */
  async take(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    if (this.#free > 0) {
      this.#free -= 1;
      return true;
    }
    const turn = Promise.withResolvers<boolean>();
    const go = () => turn.resolve(true);
    this.#waiting.push(go);
    this.#onWaiting();
    const leave = () => {
      const at = this.#waiting.indexOf(go);
      if (at < 0) return;
      this.#waiting.splice(at, 1);
      turn.resolve(false);
    };
    signal.addEventListener("abort", leave, { once: true });
    return turn.promise;
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}
