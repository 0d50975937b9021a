/** A request before it is sent. The same words for what is measured and what is simulated. */
export interface PlannedRequest {
  /** counts up in the order of the plan; in a closed loop in the order of leaving */
  readonly id: number;
  /** when it is due, milliseconds from the start of the plan */
  readonly atMs: number;
  /** all tokens of the prompt, the shared ones included */
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** the conversation it belongs to, and which turn of it, from 0 */
  readonly session?: number;
  readonly turn?: number;
  /** its first `tokens` tokens are the beginning of the text called `id`, which others share or an earlier turn left */
  readonly prefix?: { readonly id: string; readonly tokens: number };
  /** what its prompt consists of, block by block, as a trace names it: equal leading numbers are equal leading text */
  readonly blocks?: { readonly ids: readonly number[]; readonly tokens: number };
  readonly lane?: string;
  readonly key?: string;
}

/**
 * Requests as they come. What has a time of its own is in `scheduled`, in order of time; what waits for another's end comes from
 * `following`: the next turn of a conversation, the next request of a user. Draws depend on the seed and on the count of requests
 * so far, never on timing, so two servers are asked the same things.
 */
export interface Workload {
  /** open: nobody waits for the server; closed: each user waits for an answer; sessions: conversations come, their turns wait */
  readonly kind: "open" | "closed" | "sessions";
  readonly scheduled: readonly PlannedRequest[];
  /** Called once for every request that ended, with that moment on the plan's clock. Undefined: nothing follows. */
  following(ended: PlannedRequest, endMs: number): PlannedRequest | undefined;
}
