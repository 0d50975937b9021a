/** When an engine that died is started again. */
export interface RestartPolicy {
  readonly firstPauseMs: number;
  /** each pause is so many times the one before */
  readonly growth: number;
  readonly longestPauseMs: number;
  /** deaths in a row after which it is given up */
  readonly attempts: number;
  /** an engine that has answered so long was well: its next death is the first again */
  readonly healthyMs: number;
}

export const RESTART_POLICY: RestartPolicy = {
  firstPauseMs: 250,
  growth: 2,
  longestPauseMs: 15_000,
  attempts: 6,
  healthyMs: 60_000,
};

/** Counts deaths and says how long to wait before the next start; undefined: give it up. */
export class Restarts {
  readonly #policy: RestartPolicy;
  #inARow = 0;

  constructor(policy: RestartPolicy) {
    this.#policy = policy;
  }

  get inARow(): number {
    return this.#inARow;
  }

  /** It died after it had answered for so long; 0: it never did. */
  died(answeredForMs: number): number | undefined {
    const { firstPauseMs, growth, longestPauseMs, attempts, healthyMs } = this.#policy;
    this.#inARow = answeredForMs >= healthyMs ? 1 : this.#inARow + 1;
    if (this.#inARow > attempts) return undefined;
    return Math.min(longestPauseMs, firstPauseMs * growth ** (this.#inARow - 1));
  }
}
