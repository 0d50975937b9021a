/** Weight of a new observation: about the last ten requests count. */
const NEWEST_WEIGHT = 0.1;
/** Where nothing was observed, and the least: the header that carries it counts whole seconds. */
const LEAST_RETRY_MS = 1000;
const MOST_RETRY_MS = 600_000;

/** How long requests of a lane stay in the engine, as observed. */
export class ServiceRate {
  #meanMs: number | undefined;

  observe(serviceMs: number): void {
    this.#meanMs = this.#meanMs === undefined ? serviceMs : this.#meanMs + NEWEST_WEIGHT * (serviceMs - this.#meanMs);
  }

  /** When one that comes now, behind `waiting` others at `places` places, would have its turn. */
  retryAfterMs(waiting: number, places: number): number {
    const waitMs = (this.#meanMs ?? 0) * (waiting / Math.max(1, places));
    return Math.min(MOST_RETRY_MS, Math.max(LEAST_RETRY_MS, Math.round(waitMs)));
  }
}
