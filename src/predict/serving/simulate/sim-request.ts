import type { LaneName } from "../lanes/lane.ts";
import type { RequestRecord } from "../measures/index.ts";
import type { PlannedRequest } from "../workload/index.ts";
import type { Entry } from "./page-cache.ts";
import type { Text } from "./texts.ts";

const NO_TIMES = new Float64Array(0);

/** One request on its way. Engines and gateway write on it; nobody else reads before it ended. */
export class SimRequest {
  readonly planned: PlannedRequest;
  readonly lane: LaneName;
  /** what others may share of its beginning */
  readonly text: Text;
  readonly textTokens: number;
  /** as planned; less where a cache ends before */
  outputTokens: number;
  outcome: "ok" | "failed" | "unfinished" = "unfinished";
  error: string | undefined;
  firstMs = Number.NaN;
  endMs = Number.NaN;
  cachedTokens = 0;
  /** the machine that has it; -1: none */
  replica = -1;
  /** tokens of it that lie in a cache */
  heldTokens = 0;
  /** tokens to compute before the next one is drawn; 0: it draws one each step */
  pendingTokens = 0;
  /** of these, in the step under way */
  takingTokens = 0;
  /** output tokens so far */
  given = 0;
  /** in the order engines took them in */
  order = 0;
  lastStepMs = 0;
  cancelled = false;
  // in a group of those who draw
  fromTick = 0;
  dueTick = 0;
  place = -1;
  /** pages of its own, and how its beginning is held by others; only where a cache is paged */
  ownBlocks = 0;
  sharedBlocks = 0;
  pinned: Entry[] = [];
  /** it was told to leave so that it may come again, and does not end */
  cut = false;
  #times: Float64Array = NO_TIMES;

  constructor(planned: PlannedRequest, text: Text, textTokens: number) {
    this.planned = planned;
    this.lane = planned.lane === "batch" ? "batch" : "interactive";
    this.text = text;
    this.textTokens = textTokens;
    this.outputTokens = planned.outputTokens;
  }

  /** Tokens of prompt and answer that must be held before the next one is drawn. */
  get totalTokens(): number {
    return this.planned.promptTokens + this.given;
  }

  /** It goes back to where it had not begun; what the client has seen is forgotten where `all`. */
  reset(all: boolean): void {
    this.heldTokens = 0;
    this.pendingTokens = 0;
    this.takingTokens = 0;
    this.cancelled = false;
    if (!all) return;
    this.given = 0;
    this.firstMs = Number.NaN;
    this.#times = NO_TIMES;
    this.cachedTokens = 0;
    this.outputTokens = this.planned.outputTokens;
  }

  keepTimes(times: Float64Array): void {
    if (this.#times.length === 0) {
      this.#times = times;
      return;
    }
    const all = new Float64Array(this.#times.length + times.length);
    all.set(this.#times);
    all.set(times, this.#times.length);
    this.#times = all;
  }

  keepTime(atMs: number): void {
    this.keepTimes(Float64Array.of(atMs));
  }

  record(endOfRunMs: number): RequestRecord {
    const { planned } = this;
    const { lane, session, turn } = planned;
    return {
      id: planned.id,
      ...(lane === undefined ? {} : { lane }),
      ...(session === undefined ? {} : { session }),
      ...(turn === undefined ? {} : { turn }),
      scheduledMs: planned.atMs,
      sentMs: planned.atMs,
      ...(this.firstMs >= 0 ? { firstEventMs: this.firstMs, firstMs: this.firstMs } : {}),
      tokenMs: this.#times,
      endMs: this.outcome === "unfinished" ? endOfRunMs : this.endMs,
      promptTokens: planned.promptTokens,
      cachedTokens: this.cachedTokens,
      outputTokens: this.given,
      outcome: this.outcome,
      ...(this.error === undefined ? {} : { error: this.error }),
    };
  }
}
