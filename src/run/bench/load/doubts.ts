import type { Doubt, Summary } from "../../../predict/index.ts";
import { HEADROOM } from "./ceiling.ts";
import type { ClientHealth } from "./health.ts";

/** The event loop of the client came to what was due at most this late, 99 of 100 times. */
const MOST_LOOP_LAG_MS = 10;
/** Median gap by median time per token, below which events come in clumps. */
const CLUMPED = 0.05;

/** Signs that a figure is the client's own: above its headroom, an event loop that came late, events in clumps to a busy process. */
export function clientDoubts(
  summary: Summary,
  health: ClientHealth,
  stopped: boolean,
  ceilingTokensPerSec = Infinity,
): Doubt[] {
  const doubts: Doubt[] = [];
  const rate = summary.steadyOutputTokensPerSec ?? summary.outputTokensPerSec;
  const limit = ceilingTokensPerSec * HEADROOM;
  if (rate > limit) doubts.push({ why: "client-headroom", value: rate, limit });
  if (health.loopLagMs.p99 > MOST_LOOP_LAG_MS)
    doubts.push({ why: "event-loop-lag", value: health.loopLagMs.p99, limit: MOST_LOOP_LAG_MS });
  const [gap, tpot] = [summary.gapMs?.p50 ?? 0, summary.tpotMs?.p50 ?? 0];
  if (health.busy > HEADROOM && gap < CLUMPED * tpot)
    doubts.push({ why: "clumped", value: gap, limit: CLUMPED * tpot });
  const { ok, unfinished } = summary.requests;
  if (stopped) doubts.push({ why: "stopped-early", value: ok, limit: ok + unfinished });
  return doubts;
}
