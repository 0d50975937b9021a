import { type Arrivals, arrivalTimes, type Extent } from "./arrivals.ts";
import { chanceOf, exponential } from "./chance.ts";
import { type Lengths, lengthOf } from "./lengths.ts";
import type { PlannedRequest, Workload } from "./planned.ts";

/** How long each request is, and where it belongs. */
export interface RequestShape {
  readonly prompt: Lengths;
  readonly output: Lengths;
  /** tokens of a beginning that all prompts share, as a system prompt; counted in the prompt's length */
  readonly sharedTokens?: number;
  readonly lane?: string;
  readonly key?: string;
}

/** Requests on an absolute schedule, whatever the server does. */
export function openWorkload(arrivals: Arrivals, extent: Extent, shape: RequestShape, seed: number): Workload {
  const times = arrivalTimes(arrivals, extent, chanceOf(seed, -1));
  return scheduledWorkload(times.map((atMs, id) => ({ id, atMs, ...shaped(shape, seed, id) })));
}

/** A plan that is all schedule: a trace, or what `openWorkload` drew. */
export function scheduledWorkload(requests: readonly PlannedRequest[]): Workload {
  return { kind: "open", scheduled: requests, following: () => undefined };
}

export interface ClosedLoop {
  readonly users: number;
  /** mean wait between an answer and the same user's next request, exponentially spread; 0: at once */
  readonly thinkMs?: number;
  /** the first requests of all users are spread evenly over this time; together they would measure the client */
  readonly spreadMs?: number;
  /** each user's first request, and what follows while others have not begun, does not count towards the extent's requests */
  readonly warmUp?: boolean;
}

/** Each user asks, waits for the answer, thinks, asks again. `durationMs` is about when requests leave. */
export function closedWorkload(loop: ClosedLoop, extent: Extent, shape: RequestShape, seed: number): Workload {
  const { requests = Infinity, durationMs = Infinity } = extent;
  const first = loop.warmUp ? loop.users : Math.min(loop.users, requests);
  const scheduled = Array.from({ length: first }, (_, id) => ({
    id,
    atMs: ((loop.spreadMs ?? 0) * id) / loop.users,
    ...shaped(shape, seed, id),
  })).filter((request) => request.atMs < durationMs);
  let issued = scheduled.length;
  let counted = loop.warmUp ? 0 : issued;
  const beganMs = loop.warmUp ? (scheduled.at(-1)?.atMs ?? 0) : -1;
  return {
    kind: "closed",
    scheduled,
    following(_ended, endMs) {
      if (counted >= requests || endMs >= durationMs) return undefined;
      const id = issued;
      const atMs = endMs + (loop.thinkMs ? loop.thinkMs * exponential(chanceOf(~seed, id)) : 0);
      if (atMs >= durationMs) return undefined;
      issued++;
      if (atMs > beganMs) counted++;
      return { id, atMs, ...shaped(shape, seed, id) };
    },
  };
}

function shaped(shape: RequestShape, seed: number, id: number): Omit<PlannedRequest, "id" | "atMs"> {
  const random = chanceOf(seed, id);
  const promptTokens = lengthOf(shape.prompt, random);
  const shared = Math.min(shape.sharedTokens ?? 0, promptTokens);
  return {
    promptTokens,
    outputTokens: lengthOf(shape.output, random),
    ...(shared > 0 ? { prefix: { id: "shared", tokens: shared } } : {}),
    ...(shape.lane === undefined ? {} : { lane: shape.lane }),
    ...(shape.key === undefined ? {} : { key: shape.key }),
  };
}
