import { type Arrivals, arrivalTimes, type Extent } from "./arrivals.ts";
import { chanceOf, exponential } from "./chance.ts";
import { type Lengths, lengthOf } from "./lengths.ts";
import type { PlannedRequest, Workload } from "./planned.ts";

/** Conversations: each turn sends everything said before and something new. */
export interface SessionShape {
  readonly turns: Lengths;
  /** new tokens a turn */
  readonly said: Lengths;
  readonly output: Lengths;
  /** tokens of a beginning that all conversations share */
  readonly sharedTokens?: number;
  /** mean wait between an answer and the next turn, exponentially spread */
  readonly thinkMs: number;
  readonly lane?: string;
}

/**
 * Conversations that begin as `arrivals` say; turn n + 1 leaves some time after turn n has been answered. `extent.requests` counts
 * conversations. A turn's prompt counts the answers before it at their planned length.
 */
export function sessionWorkload(arrivals: Arrivals, extent: Extent, shape: SessionShape, seed: number): Workload {
  const times = arrivalTimes(arrivals, extent, chanceOf(seed, -1));
  let issued = times.length;
  const scheduled = times.map((atMs, session) => turnOf(shape, seed, { id: session, atMs, session, turn: 0 }));
  return {
    kind: "sessions",
    scheduled,
    following(ended, endMs) {
      if (ended.session === undefined || ended.turn === undefined) return undefined;
      const { session } = ended;
      const turn = ended.turn + 1;
      if (turn >= lengthOf(shape.turns, chanceOf(~seed, session))) return undefined;
      const atMs = endMs + shape.thinkMs * exponential(chanceOf(seed ^ (turn * 0x51ed27), session));
      return turnOf(shape, seed, { id: issued++, atMs, session, turn }, ended);
    },
  };
}

type Place = Required<Pick<PlannedRequest, "id" | "atMs" | "session" | "turn">>;

function turnOf(shape: SessionShape, seed: number, place: Place, before?: PlannedRequest): PlannedRequest {
  const random = chanceOf(seed + Math.imul(place.turn, 0x1f123bb5), place.session);
  const shared = shape.sharedTokens ?? 0;
  const known = before === undefined ? shared : before.promptTokens + before.outputTokens;
  const prefix =
    before === undefined ? { id: "shared", tokens: shared } : { id: `session-${place.session}`, tokens: known };
  return {
    ...place,
    promptTokens: known + lengthOf(shape.said, random),
    outputTokens: lengthOf(shape.output, random),
    ...(known > 0 ? { prefix } : {}),
    ...(shape.lane === undefined ? {} : { lane: shape.lane }),
  };
}
