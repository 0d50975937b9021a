/** Time as the gateway sees it: one monotonic clock and timers on it, so that tests turn it by hand. */
export interface Clock {
  /** milliseconds, never going back */
  now(): number;
  /** Runs `run` once after so many milliseconds; the answer ends the waiting. */
  after(milliseconds: number, run: () => void): () => void;
}

/** The machine's clock. Its timers keep no process alive: an open server does. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds).unref();
    return () => clearTimeout(timer);
  },
};
