import type { SimRequest } from "./sim-request.ts";

/**
 * Those who draw a token in every step together. A step costs the same for one and for many: when it ended is written down once
 * for all, and each reads off its own times when it leaves.
 */
export class Decoders {
  readonly members: SimRequest[] = [];
  /** tokens in their caches, summed */
  depthTokens = 0;
  /** the tick at which the next of them has reached what it joined for */
  dueTick = Infinity;
  /** steps so far */
  tick = 0;
  lastMs = 0;
  readonly #keeps: boolean;
  #log = new Float64Array(256);
  /** the tick that the log's first entry ended */
  #logFrom = 1;

  constructor(keepsTimes: boolean) {
    this.#keeps = keepsTimes;
  }

  get count(): number {
    return this.members.length;
  }

  /** Joins for so many steps. */
  add(request: SimRequest, steps: number): void {
    if (this.members.length === 0) this.#logFrom = this.tick + 1;
    request.fromTick = this.tick;
    request.dueTick = this.tick + steps;
    request.place = this.members.length;
    this.members.push(request);
    this.depthTokens += request.heldTokens;
    if (request.dueTick < this.dueTick) this.dueTick = request.dueTick;
  }

  /** A step in which all drew ended. */
  step(endMs: number): void {
    this.tick++;
    this.depthTokens += this.members.length;
    this.lastMs = endMs;
    if (!this.#keeps) return;
    const at = this.tick - this.#logFrom;
    if (at >= this.#log.length) this.#makeRoom();
    this.#log[this.tick - this.#logFrom] = endMs;
  }

  /** Tokens that a member's cache holds now. */
  heldBy(request: SimRequest): number {
    return request.heldTokens + this.tick - request.fromTick;
  }

  /** Leaves with what it has drawn. */
  remove(request: SimRequest): void {
    const drawn = this.tick - request.fromTick;
    request.heldTokens += drawn;
    request.given += drawn;
    request.lastStepMs = Math.max(request.lastStepMs, this.lastMs);
    this.depthTokens -= request.heldTokens;
    if (this.#keeps && drawn > 0) {
      request.keepTimes(this.#log, request.fromTick + 1 - this.#logFrom, drawn);
    }
    const last = this.members.pop()!;
    if (last !== request) {
      this.members[request.place] = last;
      last.place = request.place;
    }
    request.place = -1;
    let due = Infinity;
    for (const member of this.members) if (member.dueTick < due) due = member.dueTick;
    this.dueTick = due;
  }

  /** A member whose time has come; undefined: none. */
  due(): SimRequest | undefined {
    if (this.dueTick > this.tick) return undefined;
    let first: SimRequest | undefined;
    for (const member of this.members)
      if (member.dueTick <= this.tick && (first === undefined || member.order < first.order)) first = member;
    return first;
  }

  /** Drops what no member needs any more; doubles where that is not enough. */
  #makeRoom(): void {
    let needed = this.tick - 1;
    for (const member of this.members) if (member.fromTick < needed) needed = member.fromTick;
    const drop = needed + 1 - this.#logFrom;
    const kept = this.#log.length - drop;
    const log = kept * 2 > this.#log.length ? new Float64Array(this.#log.length * 2) : this.#log;
    log.set(this.#log.subarray(drop));
    this.#log = log;
    this.#logFrom += drop;
  }
}
