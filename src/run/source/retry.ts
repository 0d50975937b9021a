import { setTimeout as sleep } from "node:timers/promises";
import { LoadoutError } from "../../facts/errors/index.ts";
import { isTransient } from "./http-answer.ts";

/** Waits; ends early, with an `interrupted` error, when the signal says so. */
type Delay = (ms: number, signal?: AbortSignal) => Promise<void>;

const delay: Delay = async (ms, signal) => {
  try {
    await sleep(ms, undefined, signal ? { signal } : {});
  } catch (error) {
    throw new LoadoutError("interrupted", {}, { cause: error });
  }
};

export interface Retries {
  /** tries in a row that bring nothing */
  readonly attempts: number;
  /** before the second try; doubles from then on */
  readonly firstMs: number;
  readonly delay: Delay;
}

/** Five tries over 0.5 + 1 + 2 + 4 s: a router that restarts is back by then or not soon. */
export const RETRIES: Retries = { attempts: 5, firstMs: 500, delay };

/** How long to wait after `failures` failed tries. */
export function backoffMs(failures: number, { firstMs }: Retries): number {
  return firstMs * 2 ** (failures - 1);
}

/** Runs `attempt` until it succeeds, fails for good, or has failed as often as allowed. */
export async function withRetries<T>(attempt: () => Promise<T>, retries: Retries, signal?: AbortSignal): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (failures >= retries.attempts || !isTransient(error)) throw error;
      await retries.delay(backoffMs(failures, retries), signal);
    }
  }
}
