import { monotonicMs } from "./clock.ts";
import { Connections, openStream, type Stream } from "./stream.ts";
import type { LoadTarget } from "./target.ts";

/** Small requests one after another beside a load: how long a moment's question waits behind the others. */
export interface SideProbe {
  /** Ends it; time from send to end of each request that was answered, milliseconds, and how many were not. */
  stop(): { readonly tookMs: readonly number[]; readonly failed: number };
}

/** Rest between two, so that the probe itself is no load. */
const REST_MS = 100;

/** `bytes`: one request of one token. */
export function startSideProbe(target: LoadTarget, bytes: Buffer): SideProbe {
  const connections = new Connections(target, false);
  const tookMs: number[] = [];
  let failed = 0;
  let running: Stream | undefined;
  let timer: NodeJS.Timeout | undefined;
  let over = false;
  const next = () => {
    running = openStream(connections, bytes, { expected: 1 }, (outcome) => {
      if (over) return;
      if (outcome.error === undefined) tookMs.push(outcome.endMs - outcome.sentMs);
      else failed++;
      timer = setTimeout(next, REST_MS);
    });
  };
  next();
  const startMs = monotonicMs();
  return {
    stop() {
      over = true;
      clearTimeout(timer);
      running?.cancel("the measurement ended");
      // one that waited all the time is the worst wait of all, and not to be forgotten
      if (tookMs.length === 0) tookMs.push(monotonicMs() - startMs);
      return { tookMs, failed };
    },
  };
}
