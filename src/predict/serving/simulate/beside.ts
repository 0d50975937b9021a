import type { PlannedRequest, Workload } from "../workload/index.ts";

/** Two workloads on one server: chats, and jobs beside them that end when the chats have. Even numbers are chats, odd ones jobs. */
export function besideJobs(chats: Workload, jobs: Workload): Workload {
  let open = chats.scheduled.length;
  const chat = (request: PlannedRequest): PlannedRequest => ({ ...request, id: 2 * request.id });
  const job = (request: PlannedRequest): PlannedRequest => ({ ...request, id: 2 * request.id + 1, lane: "batch" });
  const scheduled = [...chats.scheduled.map(chat), ...jobs.scheduled.map(job)].sort(
    (a, b) => a.atMs - b.atMs || a.id - b.id,
  );
  return {
    kind: chats.kind,
    scheduled,
    following(ended, endMs) {
      const own = { ...ended, id: ended.id >> 1 };
      if (ended.id % 2 === 1) {
        const next = open > 0 ? jobs.following(own, endMs) : undefined;
        return next && job(next);
      }
      const next = chats.following(own, endMs);
      if (next === undefined) open--;
      return next && chat(next);
    },
  };
}
