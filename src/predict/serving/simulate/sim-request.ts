import type { LaneName } from "../lanes/lane.ts";
import type { RequestRecord } from "../measures/index.ts";
import type { PlannedRequest } from "../workload/index.ts";
import type { Entry } from "./page-cache.ts";
import type { TimeStore } from "./time-store.ts";
import type { Text } from "./texts.ts";

const NO_TIMES = new Float64Array(0);

/** One request on its way. Engines and gateway write on it; nobody else reads before it ended. */
export class SimRequest {
  readonly planned: PlannedRequest;
  readonly lane: LaneName;
  /** what others may share of its beginning */
  text: Text;
  textTokens: number;
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
  /** of its beginning, what lies where it was: its context shifted */
  keptTokens = Infinity;
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
  #timesFrom = 0;
  #timesCount = 0;
  #alone = Number.NaN;
  /** absent: times of tokens are not kept */
  readonly #store: TimeStore | undefined;

  constructor(planned: PlannedRequest, text: Text, textTokens: number, store: TimeStore | undefined) {
    this.#store = store;
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
    this.keptTokens = Infinity;
    this.pendingTokens = 0;
    this.takingTokens = 0;
    this.cancelled = false;
    if (!all) return;
    this.given = 0;
    this.firstMs = Number.NaN;
    this.#times = NO_TIMES;
    this.#timesFrom = 0;
    this.#timesCount = 0;
    this.#alone = Number.NaN;
    this.cachedTokens = 0;
    this.outputTokens = this.planned.outputTokens;
  }

  /** A token that came alone. */
  keepTime(atMs: number): void {
    if (this.#store === undefined) return;
    if (this.#alone >= 0) this.keepTimes(NO_TIMES, 0, 0);
    this.#alone = atMs;
  }

  /** Tokens that came one a step, `count` of `times` from `from` on. */
  keepTimes(times: Float64Array, from: number, count: number): void {
    if (this.#store === undefined) return;
    const alone = this.#alone >= 0 ? 1 : 0;
    if (alone + count === 0) return;
    const before = this.#timesCount;
    const { slab, from: to } = this.#store.take(before + alone + count);
    for (let at = 0; at < before; at++) slab[to + at] = this.#times[this.#timesFrom + at]!;
    if (alone) slab[to + before] = this.#alone;
    for (let at = 0, out = to + before + alone; at < count; at++) slab[out + at] = times[from + at]!;
    this.#times = slab;
    this.#timesFrom = to;
    this.#timesCount = before + alone + count;
    this.#alone = Number.NaN;
  }

  record(endOfRunMs: number): RequestRecord {
    this.keepTimes(NO_TIMES, 0, 0);
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
      tokenMs: this.#times.subarray(this.#timesFrom, this.#timesFrom + this.#timesCount),
      endMs: this.outcome === "unfinished" ? endOfRunMs : this.endMs,
      promptTokens: planned.promptTokens,
      cachedTokens: this.cachedTokens,
      outputTokens: this.given,
      outcome: this.outcome,
      ...(this.error === undefined ? {} : { error: this.error }),
    };
  }
}
