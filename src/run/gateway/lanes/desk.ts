import type { LoadoutError } from "../../../facts/errors/index.ts";
import type { LaneDecision, LaneEvent, LaneName, RefusalReason } from "../../../predict/serving/index.ts";
import type { Clock } from "../clock.ts";

/** Timers of more than 2^31 - 1 ms fire at once; a tick too early is harmless. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A request as the lanes see it: what they decide is told to it. */
export interface LaneTicket {
  /** `aged`: it waited too long for its lane; the engine is to treat it as a chat */
  dispatch(aged: boolean): void;
  /** leave the engine and say `cut`; or go on and say `ended` at the end, where it cannot be interrupted */
  cut(): void;
  refuse(reason: RefusalReason, retryAfterMs: number): void;
  /** The engine is given up: what waits for it waits in vain. */
  engineGone(): void;
  abort(error: LoadoutError): void;
}

/** What the desk needs of `LanePolicy`. */
export interface Policy {
  handle(event: LaneEvent): readonly LaneDecision[];
}

export interface Arrival {
  readonly lane: LaneName;
  readonly key: string;
  readonly deadlineMs?: number;
  readonly costTokens?: number;
}

/**
 * Runs the pure policy of lanes on real time: tells it what happens, carries out what it decides, keeps its alarm. A
 * decision carried out may cause the next event at once; events wait until the decisions before them are done.
 */
export class LaneDesk {
  readonly #policy: Policy;
  readonly #clock: Clock;
  readonly #tickets = new Map<number, LaneTicket>();
  readonly #events: LaneEvent[] = [];
  #lastId = 0;
  #working = false;
  #endAlarm: (() => void) | undefined;

  constructor(policy: Policy, clock: Clock) {
    this.#policy = policy;
    this.#clock = clock;
  }

  /** Hands in a request; its decision may come before this returns. `named` gets its number first. */
  arrive(ticket: LaneTicket, arrival: Arrival, named: (id: number) => void): void {
    const id = ++this.#lastId;
    this.#tickets.set(id, ticket);
    named(id);
    this.#post({ kind: "arrived", atMs: this.#clock.now(), id, ...arrival });
  }

  /** The engine gave the first token of it. */
  started(id: number): void {
    this.#post({ kind: "started", atMs: this.#clock.now(), id });
  }

  /** It was cut and waits again. */
  cut(id: number): void {
    this.#post({ kind: "cut", atMs: this.#clock.now(), id });
  }

  /** Its client left. */
  left(id: number): void {
    this.#post({ kind: "left", atMs: this.#clock.now(), id });
  }

  /** It is out of the engine for good. */
  ended(id: number): void {
    this.#post({ kind: "ended", atMs: this.#clock.now(), id });
  }

  /** The lanes have done with it, whatever is still decided about it. */
  forget(id: number): void {
    this.#tickets.delete(id);
  }

  slots(slots: number): void {
    this.#post({ kind: "slots", atMs: this.#clock.now(), slots });
  }

  /** The engine is given up. */
  gone(): void {
    this.slots(0);
    for (const ticket of this.#tickets.values()) ticket.engineGone();
  }

  /** Ends everything, whatever its state, with this error. */
  abort(error: LoadoutError): void {
    for (const ticket of this.#tickets.values()) ticket.abort(error);
  }

  /** requests the lanes still count */
  get size(): number {
    return this.#tickets.size;
  }

  close(): void {
    this.#endAlarm?.();
    this.#endAlarm = undefined;
  }

  #post(event: LaneEvent): void {
    this.#events.push(event);
    if (this.#working) return;
    this.#working = true;
    try {
      for (let next = this.#events.shift(); next; next = this.#events.shift()) {
        for (const decision of this.#policy.handle(next)) this.#carryOut(decision);
      }
    } finally {
      this.#working = false;
    }
  }

  #carryOut(decision: LaneDecision): void {
    if (decision.kind === "wake") {
      this.#endAlarm?.();
      const wait = Math.min(LONGEST_TIMER_MS, Math.max(0, decision.atMs - this.#clock.now()));
      this.#endAlarm = this.#clock.after(wait, () => {
        this.#endAlarm = undefined;
        this.#post({ kind: "tick", atMs: this.#clock.now() });
      });
      return;
    }
    const ticket = this.#tickets.get(decision.id);
    if (!ticket) return;
    if (decision.kind === "dispatch") ticket.dispatch(decision.aged === true);
    else if (decision.kind === "cut") ticket.cut();
    else ticket.refuse(decision.reason, decision.retryAfterMs);
  }
}
