import type { ANSWER_VERSION } from "./fit-numbers.ts";
import type { ServedFacts } from "./serve-answer.ts";

/** `loadout web --json`: where the page is, once it is open. */
export interface WebAnswer {
  readonly schema: typeof ANSWER_VERSION;
  readonly kind: "web";
  readonly url: string;
  readonly next: readonly string[];
}

/**
 * A run of `loadout serve` on this machine, as it is watched. `loading`: its address is not open yet; `open`: what it serves is
 * known; `locked`: it wants a key; `silent`: it does not answer; `elsewhere`: its address is not loopback, so it is not asked.
 */
export interface LiveRun {
  readonly pid: number;
  /** ISO 8601 */
  readonly startedAt: string;
  /** "" while it is loading */
  readonly url: string;
  readonly models: readonly string[];
  /** bytes by place, as predicted */
  readonly takes: Readonly<Record<string, number>>;
  readonly state: "loading" | "open" | "locked" | "silent" | "elsewhere";
  /** plan, predicted and actual of each model; none unless it is open */
  readonly served: readonly ServedFacts[];
}

/** What a lane of a run does now, and did since the run began. */
export interface LiveLane {
  readonly waiting: number;
  readonly working: number;
  readonly answered: number;
  /** refused by the lane: full, or too late */
  readonly refused: number;
  readonly failed: number;
  readonly promptTokens: number;
  /** of these, not evaluated again */
  readonly cachedTokens: number;
  /** of answers that have ended */
  readonly completionTokens: number;
  /** tokens of answers that came in the last seconds, all streams together */
  readonly tokensPerSec: number;
  /** mean to the first byte since the run began, milliseconds; absent: nothing was answered */
  readonly ttftMs?: number;
}

/** `GET /api/events`: what its events hold, by their names. At the beginning everything once, then what changes. */
export interface LiveEvents {
  readonly run: LiveRun;
  readonly lanes: { readonly pid: number; readonly lanes: Readonly<Record<"interactive" | "batch", LiveLane>> };
  /** it has ended */
  readonly gone: { readonly pid: number };
  /** everything that is there has been told */
  readonly ready: { readonly runs: number };
  /** receipts were written or removed: `GET /api/receipts` has them */
  readonly receipts: { readonly changedAtMs: number };
}
