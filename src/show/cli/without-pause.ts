import type { CliContext } from "./context.ts";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * Computes without a pause for anything else. Such a computation cannot hear that it is to stop: meanwhile a signal ends the whole
 * process, as nothing can be lost by that.
 */
export function withoutPause<T>({ process, signal }: CliContext, compute: () => T): T {
  signal.throwIfAborted();
  const heard = SIGNALS.map((name) => [name, process.rawListeners(name)] as const);
  for (const name of SIGNALS) process.removeAllListeners(name);
  try {
    return compute();
  } finally {
    for (const [name, listeners] of heard)
      for (const listener of listeners)
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it was taken off this same event
        process.on(name, listener as NodeJS.SignalsListener);
  }
}
