/** Why a point says something about the client that measured rather than about the server. */
export interface Doubt {
  readonly why:
    | "schedule-lag"
    | "rate-not-reached"
    | "client-headroom"
    | "event-loop-lag"
    | "clumped"
    | "no-answers"
    | "stopped-early";
  readonly value: number;
  readonly limit: number;
}

/** Requests leave at most this late, 99 of 100. */
export const LONGEST_LAG_MS = 10;
/** and at least at this share of the rate that was asked for */
export const LEAST_RATE_SHARE = 0.98;

/** What any point must hold; empty: valid. `asked` and `achieved` in requests per second, absent in a closed loop. */
export function doubtsOf(lagP99Ms: number | undefined, asked?: number, achieved?: number): Doubt[] {
  const doubts: Doubt[] = [];
  if (lagP99Ms !== undefined && lagP99Ms > LONGEST_LAG_MS)
    doubts.push({ why: "schedule-lag", value: lagP99Ms, limit: LONGEST_LAG_MS });
  if (asked !== undefined && achieved !== undefined && asked > 0 && achieved / asked < LEAST_RATE_SHARE)
    doubts.push({ why: "rate-not-reached", value: achieved / asked, limit: LEAST_RATE_SHARE });
  return doubts;
}
