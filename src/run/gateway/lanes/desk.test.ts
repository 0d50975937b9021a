import { expect, test } from "vitest";
import type { LaneDecision, LaneEvent } from "../../../predict/serving/index.ts";
import { LaneDesk, type LaneTicket } from "./desk.ts";

/** A clock that stands until it is turned. */
class HandClock {
  nowMs = 0;
  #timers: { readonly atMs: number; readonly run: () => void }[] = [];

  now(): number {
    return this.nowMs;
  }

  after(milliseconds: number, run: () => void): () => void {
    const timer = { atMs: this.nowMs + milliseconds, run };
    this.#timers.push(timer);
    return () => (this.#timers = this.#timers.filter((other) => other !== timer));
  }

  turn(milliseconds: number): void {
    this.nowMs += milliseconds;
    const due = this.#timers.filter(({ atMs }) => atMs <= this.nowMs);
    this.#timers = this.#timers.filter(({ atMs }) => atMs > this.nowMs);
    for (const { run } of due) run();
  }
}

const ticket = (more: Partial<LaneTicket>): LaneTicket => ({
  dispatch() {},
  cut() {},
  refuse() {},
  engineGone() {},
  abort() {},
  ...more,
});

test("what a decision causes is told after the decisions before it", () => {
  const told: string[] = [];
  const numbers: number[] = [];
  const policy = {
    handle(event: LaneEvent) {
      if (event.kind === "arrived") numbers.push(event.id);
      const name = "id" in event ? `${event.kind} ${numbers.indexOf(event.id) + 1}` : event.kind;
      told.push(name);
      return name === "arrived 2" ? numbers.map((id): LaneDecision => ({ kind: "dispatch", id })) : [];
    },
  };
  const desk = new LaneDesk(policy, new HandClock());
  const ids: number[] = [];
  // the first fails at once, in the middle of the decisions
  desk.arrive(ticket({ dispatch: () => desk.ended(ids[0]!) }), { lane: "batch", key: "" }, (id) => ids.push(id));
  desk.arrive(ticket({ dispatch: () => told.push("second goes") }), { lane: "batch", key: "" }, (id) => ids.push(id));
  expect(told).toEqual(["arrived 1", "arrived 2", "second goes", "ended 1"]);
});

test("the alarm rings once, and a later one replaces it", () => {
  const told: string[] = [];
  let wakes = 0;
  const policy = {
    handle(event: LaneEvent): readonly LaneDecision[] {
      told.push(`${event.kind} ${event.atMs}`);
      return wakes++ < 2 ? [{ kind: "wake", atMs: wakes === 1 ? 50 : 20 }] : [];
    },
  };
  const clock = new HandClock();
  const desk = new LaneDesk(policy, clock);
  desk.arrive(ticket({}), { lane: "interactive", key: "" }, () => undefined);
  desk.started(1);
  clock.turn(20);
  clock.turn(50);
  expect(told).toEqual(["arrived 0", "started 0", "tick 20"]);
});

test("an engine that is given up is told to all who wait", () => {
  const gone: number[] = [];
  const desk = new LaneDesk({ handle: () => [] }, new HandClock());
  for (const place of [1, 2]) {
    desk.arrive(ticket({ engineGone: () => gone.push(place) }), { lane: "batch", key: "" }, () => undefined);
  }
  desk.gone();
  expect(gone).toEqual([1, 2]);
});
