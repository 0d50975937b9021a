import { closedWorkload, type Lengths, type PlannedRequest, type Workload } from "../../../predict/index.ts";

/** So many users of a lane of their own, who ask as long as the load beside them goes on. */
export interface LaneLoad {
  readonly lane: string;
  readonly users: number;
  readonly prompt: Lengths;
  readonly output: Lengths;
}

/** the lane that a load is of where others are beside it */
export const CHATS = "interactive";

/** Ids of a mixed load go round: the load's own, then one of each lane. */
export function idsBeside(lanes: readonly LaneLoad[] | undefined): number {
  return 1 + (lanes?.length ?? 0);
}

/** A load and the users of other lanes beside it, who end when the load has. */
export function besideLanes(load: Workload, lanes: readonly LaneLoad[], seed: number): Workload {
  const parts = [
    { lane: CHATS, workload: load },
    ...lanes.map(({ lane, users, prompt, output }, at) => ({
      lane,
      workload: closedWorkload({ users, warmUp: true }, {}, { prompt, output }, seed + 1 + at),
    })),
  ];
  const count = parts.length;
  const inPart = (request: PlannedRequest, at: number): PlannedRequest => ({
    ...request,
    id: request.id * count + at,
    lane: parts[at]!.lane,
  });
  let open = load.scheduled.length;
  return {
    kind: load.kind,
    scheduled: parts
      .flatMap(({ workload }, at) => workload.scheduled.map((request) => inPart(request, at)))
      .sort((a, b) => a.atMs - b.atMs || a.id - b.id),
    following(ended, endMs) {
      const at = ended.id % count;
      const own = { ...ended, id: Math.floor(ended.id / count) };
      if (at > 0 && open <= 0) return undefined;
      const next = parts[at]!.workload.following(own, endMs);
      if (at === 0 && next === undefined) open--;
      return next && inPart(next, at);
    },
  };
}
