import type { LaneCounts, LaneDecision, LaneEvent, LaneName, LaneSettings, RefusalReason } from "./lane.ts";
import { LaneQueue } from "./queue.ts";
import { LaneRequest } from "./request.ts";
import { Running } from "./running.ts";
import { ServiceRate } from "./service-rate.ts";

const NOTHING: readonly LaneDecision[] = [];

/** An aged request is kept in the engine for this share of the aging time after its first token: batch's part of a machine that never stops chatting. */
export const KEPT_SHARE = 1 / 8;

/**
 * Two queues before one engine: events in, decisions out, no clock of its own. Chats go first; batch takes what is left, gives
 * way as the engine can, and never starves. Events that do not fit (an `ended` that crossed a `cut`, an id that is known already)
 * change nothing. Logarithmic in what waits, linear in the engine's slots.
 */
export class LanePolicy {
  readonly #settings: LaneSettings;
  readonly #chats: LaneQueue;
  readonly #batch: LaneQueue;
  readonly #running = new Running();
  readonly #requests = new Map<number, LaneRequest>();
  readonly #rates: Readonly<Record<LaneName, ServiceRate>> = {
    interactive: new ServiceRate(),
    batch: new ServiceRate(),
  };
  /** batch requests that may stay beside chats */
  readonly #beside: number;
  #slots: number;
  #order = 0;
  #nowMs = -Infinity;
  /** the last chat left the engine */
  #lastChatMs = -Infinity;
  /** a batch request was last seen to come on in the engine */
  #lastBatchMs = -Infinity;
  /** the engine is idle and what waits is held until then, for others to share its step; -Infinity: it is not */
  #holdUntilMs = -Infinity;
  #wakeMs = Infinity;
  #decisions: LaneDecision[] | undefined;

  constructor(settings: LaneSettings) {
    this.#settings = settings;
    this.#slots = settings.slots;
    this.#chats = new LaneQueue(settings.patienceMs.interactive);
    this.#batch = new LaneQueue(settings.patienceMs.batch);
    this.#beside = settings.beside ?? (settings.preemption === "rests" ? Infinity : 0);
  }

  handle(event: LaneEvent): readonly LaneDecision[] {
    this.#decisions = undefined;
    this.#nowMs = event.atMs;
    // a tick is an alarm that is spent, also where the timer came a little early: then it is asked for again
    if (event.kind === "tick" || this.#wakeMs <= event.atMs) this.#wakeMs = Infinity;
    this.#refuseLate(false);
    const arrived = event.kind === "arrived" ? this.#arrive(event) : undefined;
    if (event.kind === "slots") this.#slots = Math.min(event.slots, this.#settings.slots);
    else if (event.kind !== "tick" && event.kind !== "arrived") {
      const request = this.#requests.get(event.id);
      if (request) this.#change(request, event.kind);
    }
    this.#fill();
    this.#makeRoom();
    if (arrived) this.#limitQueue(arrived);
    this.#refuseLate(true);
    this.#wake();
    return this.#decisions ?? NOTHING;
  }

  counts(): LaneCounts {
    return {
      interactive: { waiting: this.#chats.length, inEngine: this.#running.chats },
      batch: { waiting: this.#batch.length, inEngine: this.#running.batch.length },
      slots: this.#slots,
    };
  }

  #arrive(event: LaneEvent & { readonly kind: "arrived" }): LaneRequest | undefined {
    if (this.#requests.has(event.id)) return undefined;
    const { id, lane, key, costTokens = 1, deadlineMs = Infinity, atMs } = event;
    const request = new LaneRequest(id, lane, key, costTokens, this.#order++, atMs, deadlineMs);
    if (deadlineMs < atMs) {
      this.#refuse(request, "too-late");
      return undefined;
    }
    const { holdMs, patienceMs } = this.#settings;
    const idle = this.#running.length + this.#chats.length + this.#batch.length === 0;
    if (idle && holdMs > 0 && this.#slots > 1) this.#holdUntilMs = atMs + holdMs;
    // who has little time is not held, nor is who is held with them: a timer may come late
    if (Math.min(deadlineMs, atMs + patienceMs[lane]) < atMs + 2 * holdMs) this.#holdUntilMs = -Infinity;
    this.#requests.set(id, request);
    this.#queueOf(lane).add(request);
    return request;
  }

  #change(request: LaneRequest, kind: "started" | "ended" | "cut" | "left"): void {
    const inEngine = request.place === "engine" || request.place === "cutting";
    if (kind === "left") {
      request.left = true;
      if (!inEngine) {
        this.#queueOf(request.lane).remove(request);
        this.#forget(request);
      }
    } else if (!inEngine) return;
    else if (kind === "started") {
      request.started = true;
      if (request.lane === "batch") this.#lastBatchMs = this.#nowMs;
      if (request.keptUntilMs > 0) request.keptUntilMs = this.#nowMs + this.#settings.agingMs * KEPT_SHARE;
    } else this.#leaveEngine(request, kind === "cut" && !request.left);
  }

  #leaveEngine(request: LaneRequest, again: boolean): void {
    this.#running.remove(request, this.#nowMs);
    if (request.lane === "interactive") this.#lastChatMs = this.#nowMs;
    else if (request.started) this.#lastBatchMs = this.#nowMs;
    if (again) {
      request.place = "again";
      this.#queueOf(request.lane).addAgain(request);
      return;
    }
    if (request.started) this.#rates[request.lane].observe(request.ranMs);
    this.#forget(request);
  }

  /** Dispatches what may go, until the engine is full. */
  #fill(): void {
    if (this.#holds()) return;
    while (this.#running.length < this.#slots) {
      const batch = this.#batch.length > 0;
      if (batch && this.#chats.length === 0 && this.#running.batch.length < this.#batchPlaces()) {
        this.#dispatch(this.#batch.next!, false);
      } else if (batch && this.#starvedMs() <= this.#nowMs) this.#dispatch(this.#batch.oldest!, true);
      else if (this.#chats.length > 0) this.#dispatch(this.#chats.next!, false);
      else return;
    }
  }

  #dispatch(request: LaneRequest, aged: boolean): void {
    this.#queueOf(request.lane).begin(request);
    this.#running.add(request, this.#nowMs);
    if (aged) request.keptUntilMs = Infinity;
    this.#decide(aged ? { kind: "dispatch", id: request.id, aged } : { kind: "dispatch", id: request.id });
  }

  /** What waits is held while the engine is idle, until the time is over or nothing is won by it any more. */
  #holds(): boolean {
    if (this.#holdUntilMs === -Infinity) return false;
    const waiting = this.#chats.length + this.#batch.length;
    const over = this.#holdUntilMs <= this.#nowMs || this.#running.length > 0;
    if (over || waiting === 0 || waiting >= this.#slots) this.#holdUntilMs = -Infinity;
    return this.#holdUntilMs !== -Infinity;
  }

  /** Cuts batch that is in a chat's way: what is beside it beyond the allowed, then what sits in the place that it needs. */
  #makeRoom(): void {
    if (this.#settings.preemption !== "cut" || this.#slots === 0) return;
    const running = this.#running;
    if (running.chats + this.#chats.length === 0) return;
    for (;;) {
      const staying = running.batch.length - running.cutting;
      const coming = Math.max(0, this.#slots - running.length) + running.cutting;
      if (staying <= this.#beside && coming >= this.#chats.length) return;
      const request = running.cuttable(this.#nowMs);
      if (request === undefined) return;
      request.place = "cutting";
      running.cutting++;
      this.#decide({ kind: "cut", id: request.id });
    }
  }

  /** how many batch requests may be in the engine now */
  #batchPlaces(): number {
    const { slots, reserved } = this.#settings;
    const free = Math.min(this.#slots, slots - reserved);
    return this.#quietMs() <= this.#nowMs ? free : Math.min(free, this.#beside);
  }

  /** since when, or from when on, no chat needs quiet */
  #quietMs(): number {
    if (this.#running.chats + this.#chats.length > 0) return Infinity;
    return this.#lastChatMs + this.#settings.quietMs;
  }

  /** from when on the batch lane counts as starved; Infinity: it waits for nothing, or comes on */
  #starvedMs(): number {
    if (this.#running.batch.length > 0) return Infinity;
    const oldest = this.#batch.oldest;
    return oldest ? Math.max(oldest.arrivedMs, this.#lastBatchMs) + this.#settings.agingMs : Infinity;
  }

  /** Where the lane has one more waiting than it may, the key that waits for most gives way, so that nobody fills it for all. */
  #limitQueue(request: LaneRequest): void {
    const queue = this.#queueOf(request.lane);
    const limit = this.#settings.queue[request.lane];
    if (queue.fresh > limit && this.#holdUntilMs !== -Infinity) {
      this.#holdUntilMs = -Infinity;
      this.#fill();
    }
    if (request.place !== "waiting" || queue.fresh <= limit) return;
    const surplus = queue.surplus(request);
    queue.remove(surplus);
    this.#refuse(surplus, this.#slots > 0 ? "queue-full" : "no-engine");
  }

  #refuseLate(inclusive: boolean): void {
    for (const queue of [this.#chats, this.#batch]) {
      for (let late = queue.late(this.#nowMs, inclusive); late; late = queue.late(this.#nowMs, inclusive)) {
        queue.remove(late);
        this.#refuse(late, this.#slots > 0 ? "too-late" : "no-engine");
      }
    }
  }

  #refuse(request: LaneRequest, reason: RefusalReason): void {
    const { lane, id } = request;
    const { slots, reserved } = this.#settings;
    const places = lane === "batch" ? slots - reserved : slots;
    const retryAfterMs = this.#rates[lane].retryAfterMs(this.#queueOf(lane).length, places);
    this.#decide({ kind: "refuse", id, reason, retryAfterMs });
    this.#forget(request);
  }

  #wake(): void {
    let next = Math.min(this.#chats.nextLatestMs, this.#batch.nextLatestMs);
    const now = this.#nowMs;
    const sooner = (atMs: number) => {
      if (atMs > now && atMs < next) next = atMs;
    };
    sooner(this.#holdUntilMs);
    if (this.#batch.length > 0) {
      if (this.#beside < Infinity) sooner(this.#quietMs());
      sooner(this.#starvedMs());
    }
    if (this.#running.chats + this.#chats.length > 0) sooner(this.#running.nextCuttableMs);
    if (next >= this.#wakeMs) return;
    this.#wakeMs = next;
    this.#decide({ kind: "wake", atMs: next });
  }

  #decide(decision: LaneDecision): void {
    (this.#decisions ??= []).push(decision);
  }

  #queueOf(lane: LaneName): LaneQueue {
    return lane === "interactive" ? this.#chats : this.#batch;
  }

  #forget(request: LaneRequest): void {
    request.place = "over";
    this.#requests.delete(request.id);
    const queue = this.#queueOf(request.lane);
    const running = request.lane === "interactive" ? this.#running.chats : this.#running.batch.length;
    if (running + queue.length === 0) queue.forgetShares();
  }
}
