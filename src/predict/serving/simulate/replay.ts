import type { RequestRecord } from "../measures/index.ts";
import type { PlannedRequest, Workload } from "../workload/index.ts";

/** A request that left so soon after another had ended was the same user's next one. */
const SAME_USER_MS = 50;

/**
 * The same requests once more. Open: each at its time. Closed: each as long after the end of the one before it as it was, so that a
 * faster or slower machine is asked faster or slower, as it would have been.
 */
export function replayWorkload(records: readonly RequestRecord[], loop: "open" | "closed"): Workload {
  const ordered = records.toSorted((a, b) => a.sentMs - b.sentMs || a.id - b.id);
  const startMs = ordered[0]?.sentMs ?? 0;
  const planned = ordered.map((record) => plannedOf(record, record.sentMs - startMs));
  if (loop === "open") return { kind: "open", scheduled: planned, following: () => undefined };
  const next = new Map<number, { readonly request: PlannedRequest; readonly thinkMs: number }>();
  const ends = ordered.map((record) => ({ id: record.id, endMs: record.endMs })).sort((a, b) => a.endMs - b.endMs);
  const followed = new Set<number>();
  const scheduled: PlannedRequest[] = [];
  for (const [at, record] of ordered.entries()) {
    // the latest end before it that nothing has followed yet
    let before: (typeof ends)[number] | undefined;
    for (const end of ends) {
      if (end.endMs > record.sentMs) break;
      if (!followed.has(end.id) && end.id !== record.id) before = end;
    }
    const thinkMs = before === undefined ? Infinity : record.sentMs - before.endMs;
    if (before === undefined || (thinkMs > SAME_USER_MS && at < concurrency(ordered))) {
      scheduled.push(planned[at]!);
      continue;
    }
    followed.add(before.id);
    next.set(before.id, { request: planned[at]!, thinkMs });
  }
  return {
    kind: "closed",
    scheduled,
    following(ended, endMs) {
      const after = next.get(ended.id);
      return after && { ...after.request, atMs: endMs + after.thinkMs };
    },
  };
}

/** how many were on their way when the first of them ended */
function concurrency(ordered: readonly RequestRecord[]): number {
  const firstEnd = ordered.reduce((least, record) => Math.min(least, record.endMs), Infinity);
  return ordered.filter((record) => record.sentMs < firstEnd).length;
}

function plannedOf(record: RequestRecord, atMs: number): PlannedRequest {
  const { id, promptTokens, outputTokens, session, turn, lane, cachedTokens = 0 } = record;
  // what a cache held is held again: by whom is not known, so it counts as a beginning that all share
  const prefix = cachedTokens > 0 ? { prefix: { id: "cached", tokens: Math.min(cachedTokens, promptTokens) } } : {};
  return {
    id,
    atMs,
    promptTokens,
    outputTokens: Math.max(1, outputTokens),
    ...(session === undefined || turn === undefined ? prefix : { session, turn }),
    ...(lane === undefined ? {} : { lane }),
  };
}
