/** Moments of one exchange, milliseconds of the gateway's clock. */
export class Times {
  /** the request's head was read */
  readonly acceptedMs: number;
  /** handed to the lanes */
  arrivedMs = 0;
  /** first byte of the answer's body came from the engine; 0: not yet */
  firstByteMs = 0;
  #waitingSinceMs = 0;
  #waitedMs = 0;
  #askedMs = 0;

  constructor(nowMs: number) {
    this.acceptedMs = nowMs;
  }

  arrived(nowMs: number): void {
    this.arrivedMs = nowMs;
    this.#waitingSinceMs = nowMs;
  }

  /** The lanes sent it to the engine. */
  asked(nowMs: number): void {
    this.#askedMs = nowMs;
    this.#waitedMs += nowMs - this.#waitingSinceMs;
  }

  /** It was cut and waits again. */
  waitsAgain(nowMs: number): void {
    this.#waitingSinceMs = nowMs;
  }

  /** in the queue of its lane, all waits together */
  get queueMs(): number {
    return this.#waitedMs;
  }

  /** from the client's head to the first byte for it */
  get ttftMs(): number {
    return this.firstByteMs - this.acceptedMs;
  }

  /**
   * `queue`: waiting in the lane. `dispatch`: the gateway's own part before it, reading and checking. `upstream_ttft`: from
   * asking the engine to the first byte of its answer.
   */
  header(): string {
    const dispatch = (this.arrivedMs - this.acceptedMs).toFixed(2);
    const upstream = (this.firstByteMs - this.#askedMs).toFixed(2);
    return `queue;dur=${this.#waitedMs.toFixed(2)}, dispatch;dur=${dispatch}, upstream_ttft;dur=${upstream}`;
  }
}
