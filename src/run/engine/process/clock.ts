import { setTimeout as sleep } from "node:timers/promises";

/** Time, as a value: tests give one of their own. */
export interface Clock {
  /** milliseconds from some moment on */
  now(): number;
  /** Resolves after so many milliseconds, or at once when `signal` aborts. */
  pause(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  pause: async (ms, signal) => {
    await sleep(ms, undefined, signal ? { signal } : {}).catch(() => {});
  },
};
