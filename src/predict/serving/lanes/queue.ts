import { Chain } from "./chain.ts";
import { FairShare } from "./fair-share.ts";
import { Heap } from "./heap.ts";
import type { LaneRequest } from "./request.ts";

/** One lane's requests outside the engine. */
export class LaneQueue {
  readonly #patienceMs: number;
  readonly #share = new FairShare();
  /** waiting for their first turn, by arrival: the first runs out of patience first */
  readonly #arrived = new Chain<LaneRequest>();
  readonly #deadlines = new Heap<LaneRequest>(sooner);
  /** cut, by arrival; no more than the engine has slots */
  readonly #again: LaneRequest[] = [];

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /** waiting for their first turn */
  get fresh(): number {
    return this.#arrived.length;
  }

  get length(): number {
    return this.#arrived.length + this.#again.length;
  }

  /** in turn: what was cut goes on first, then fair shares */
  get next(): LaneRequest | undefined {
    return this.#again[0] ?? this.#share.next;
  }

  /** regardless of shares: what was cut, then what has waited longest */
  get oldest(): LaneRequest | undefined {
    return this.#again[0] ?? this.#arrived.first;
  }

  add(request: LaneRequest): void {
    this.#arrived.append(request.inLane);
    this.#share.add(request);
    if (request.latestMs < Infinity) this.#deadlines.add(request);
  }

  /** whom to refuse where one too many waits and `request` came last */
  surplus(request: LaneRequest): LaneRequest {
    return this.#share.surplus(request);
  }

  /** It was cut. It is not charged again, and since it had begun it is not refused any more. */
  addAgain(request: LaneRequest): void {
    const at = this.#again.findIndex((other) => other.order > request.order);
    this.#again.splice(at < 0 ? this.#again.length : at, 0, request);
  }

  /** It goes into the engine. */
  begin(request: LaneRequest): void {
    if (request.place === "again") this.#dropAgain(request);
    else {
      this.#share.begin(request);
      this.#drop(request);
    }
  }

  /** It goes unanswered. */
  remove(request: LaneRequest): void {
    if (request.place === "again") this.#dropAgain(request);
    else {
      this.#share.remove(request);
      this.#drop(request);
    }
  }

  /** Nothing waits and nothing runs: nobody owes anything. */
  forgetShares(): void {
    this.#share.forget();
  }

  /** when the next request runs out of time; Infinity: none does */
  get nextLatestMs(): number {
    const byDeadline = this.#deadlines.first?.latestMs ?? Infinity;
    const patient = this.#arrived.first;
    return patient ? Math.min(byDeadline, patient.arrivedMs + this.#patienceMs) : byDeadline;
  }

  /** a request whose time ended by then (`inclusive`) or before */
  late(atMs: number, inclusive: boolean): LaneRequest | undefined {
    const isLate = (latestMs: number) => (inclusive ? latestMs <= atMs : latestMs < atMs);
    const patient = this.#arrived.first;
    if (patient && isLate(patient.arrivedMs + this.#patienceMs)) return patient;
    const due = this.#deadlines.first;
    return due && isLate(due.latestMs) ? due : undefined;
  }

  #drop(request: LaneRequest): void {
    this.#arrived.remove(request.inLane);
    if (request.heapIndex >= 0) this.#deadlines.remove(request);
  }

  #dropAgain(request: LaneRequest): void {
    const at = this.#again.indexOf(request);
    if (at >= 0) this.#again.splice(at, 1);
  }
}

function sooner(a: LaneRequest, b: LaneRequest): boolean {
  return a.latestMs !== b.latestMs ? a.latestMs < b.latestMs : a.order < b.order;
}
