/** The two queues of a machine that chats and works at once. */
export type LaneName = "interactive" | "batch";

/** How lanes share one engine. Derived from goal, memory and speed by the plan; each figure is shown with its reason. */
export interface LaneSettings {
  /** requests in the engine at once; more would wait where no one knows priorities */
  readonly slots: number;
  /** of these, kept free of batch so that a chat finds a place at once */
  readonly reserved: number;
  /** longest that a request is held for others to share its step; only while the engine is idle. The batching-time cap */
  readonly holdMs: number;
  /** how batch makes room, as the engine can: see `ServerAbilities.preemption` */
  readonly preemption: "rests" | "cut" | "none";
  /** quiet after the last chat before cut batch work goes on */
  readonly quietMs: number;
  /**
   * where chats kept the batch lane out of the engine for so long, its first request goes before them, one at a time, and is
   * not cut until it has made progress: batch never starves
   */
  readonly agingMs: number;
  /**
   * batch requests that may begin or stay in the engine while a chat is active; absent: none where they cannot rest, as many as
   * there is room for where they can. More than 0 only pays where a stream beside a chat hardly lengthens its gaps
   */
  readonly beside?: number;
  /** waiting requests a lane takes before it refuses */
  readonly queue: Readonly<Record<LaneName, number>>;
  /** longest wait in the queue before a request is refused; Infinity: none */
  readonly patienceMs: Readonly<Record<LaneName, number>>;
}

/** What happened. Times are milliseconds of one monotonic clock, passed in; events come in its order. */
export type LaneEvent = { readonly atMs: number } & (
  | {
      readonly kind: "arrived";
      readonly id: number;
      readonly lane: LaneName;
      /** whose request it is; shares are fair between keys of a lane */
      readonly key: string;
      /** refused when it cannot begin by then, same clock */
      readonly deadlineMs?: number;
      /** expected work, tokens; what fair share counts */
      readonly costTokens?: number;
    }
  /** the engine gave the first token */
  | { readonly kind: "started"; readonly id: number }
  /** it is out of the engine: answered, failed or given up */
  | { readonly kind: "ended"; readonly id: number }
  /**
   * it is out of the engine unfinished: cut as decided, or the engine died before it had answered; it waits again, at the head
   * of its lane
   */
  | { readonly kind: "cut"; readonly id: number }
  /** its client left: waiting it is forgotten, in the engine it holds its place until `ended` */
  | { readonly kind: "left"; readonly id: number }
  /** the engine died (0) or came back */
  | { readonly kind: "slots"; readonly slots: number }
  /** a moment that was asked for by `wake` */
  | { readonly kind: "tick" }
);

export type RefusalReason = "queue-full" | "too-late" | "no-engine";

/** What to do now, in this order. */
export type LaneDecision =
  /** `aged`: batch that waited too long; the engine is to treat it as a chat, so that it does not rest */
  | { readonly kind: "dispatch"; readonly id: number; readonly aged?: true }
  /** take it out of the engine; report `cut` when it is out, or `ended` when it had just finished */
  | { readonly kind: "cut"; readonly id: number }
  | { readonly kind: "refuse"; readonly id: number; readonly reason: RefusalReason; readonly retryAfterMs: number }
  /** send a `tick` at this time; a later `wake` replaces it. A tick that nobody needs does no harm */
  | { readonly kind: "wake"; readonly atMs: number };

/** How a lane stands. */
export interface LaneCount {
  /** outside the engine, those that were cut among them */
  readonly waiting: number;
  readonly inEngine: number;
}

export interface LaneCounts extends Readonly<Record<LaneName, LaneCount>> {
  /** as the engine says, at most as the settings say; 0: it is down */
  readonly slots: number;
}
