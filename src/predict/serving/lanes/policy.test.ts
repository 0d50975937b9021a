import { describe, expect, it } from "vitest";
import { type LaneEvent, LanePolicy, type LaneSettings } from "../index.ts";

const SETTINGS: LaneSettings = {
  slots: 2,
  reserved: 1,
  holdMs: 0,
  preemption: "cut",
  quietMs: 100,
  agingMs: 10_000,
  queue: { interactive: 10, batch: 10 },
  patienceMs: { interactive: 5000, batch: Infinity },
};

type Without<T> = T extends unknown ? Omit<T, "atMs"> : never;

/** Says what a policy decides, in short: "+1" dispatch, "+1!" aged, "-1" cut, "x1 reason" refused, "@50" wake. */
function told(settings: Partial<LaneSettings> = {}) {
  const policy = new LanePolicy({ ...SETTINGS, ...settings });
  return {
    policy,
    at: (atMs: number, event: Without<LaneEvent>): string =>
      policy
        .handle({ ...event, atMs })
        .map((decision) => {
          if (decision.kind === "dispatch") return `+${decision.id}${decision.aged ? "!" : ""}`;
          if (decision.kind === "cut") return `-${decision.id}`;
          if (decision.kind === "refuse") return `x${decision.id} ${decision.reason}`;
          return `@${decision.atMs}`;
        })
        .join(" "),
  };
}
const chat = (id: number, more = {}) => ({ kind: "arrived", id, lane: "interactive", key: "a", ...more }) as const;
const work = (id: number, more = {}) => ({ kind: "arrived", id, lane: "batch", key: "a", ...more }) as const;

describe("LanePolicy", () => {
  it("lets chats in at once and keeps the reserved place free of batch", () => {
    const { at } = told({ preemption: "rests" });
    expect(at(0, work(1))).toBe("+1");
    expect(at(1, work(2))).toBe("");
    expect(at(2, chat(3))).toBe("+3");
    expect(at(3, { kind: "ended", id: 3 })).toBe("");
    expect(at(4, { kind: "ended", id: 1 })).toBe("+2");
  });

  it("cuts batch for a chat, and goes on with it when it was quiet", () => {
    const { at } = told();
    expect(at(0, work(1))).toBe("+1");
    expect(at(50, chat(2))).toBe("+2 -1");
    expect(at(51, { kind: "cut", id: 1 })).toMatch(/^@/);
    expect(at(60, { kind: "ended", id: 2 })).toBe("@160");
    expect(at(160, { kind: "tick" })).toBe("+1");
  });

  it("asks for its alarm again where it came early", () => {
    const { at } = told();
    at(0, chat(1));
    at(1, work(2));
    expect(at(50, { kind: "ended", id: 1 })).toBe("@150");
    expect(at(149.6, { kind: "tick" })).toBe("@150");
    expect(at(150.1, { kind: "tick" })).toMatch(/^\+2/);
  });

  it("forgets a cut that crossed the end of the answer", () => {
    const { at, policy } = told();
    at(0, work(1));
    expect(at(1, chat(2))).toContain("-1");
    expect(at(2, { kind: "ended", id: 1 })).toBe("");
    expect(at(3, { kind: "cut", id: 1 })).toBe("");
    expect(policy.counts().batch).toEqual({ waiting: 0, inEngine: 0 });
  });

  it("goes on with what was cut before what waits", () => {
    const { at } = told({ reserved: 0, slots: 3 });
    at(0, work(1));
    at(1, work(2));
    expect(at(2, chat(3))).toBe("+3 -2 -1");
    at(3, work(4));
    at(4, { kind: "cut", id: 2 });
    at(5, { kind: "cut", id: 1 });
    at(6, { kind: "ended", id: 3 });
    expect(at(106, { kind: "tick" })).toBe("+1 +2 +4");
  });

  it("lets starved batch in before chats, keeps it until it has come on, and ages it anew", () => {
    const { at } = told({ slots: 1, reserved: 0 });
    at(0, chat(1));
    expect(at(1, work(2))).toBe("@10001");
    expect(at(9000, chat(3))).toBe("");
    expect(at(10_001, { kind: "tick" })).toMatch(/^@14000/);
    expect(at(10_002, { kind: "ended", id: 1 })).toBe("+2!");
    expect(at(10_100, { kind: "started", id: 2 })).toBe("@11350");
    expect(at(11_350, { kind: "tick" })).toMatch(/^-2/);
    expect(at(11_351, { kind: "cut", id: 2 })).toMatch(/^\+3/);
    expect(at(11_400, chat(4))).toBe("");
    expect(at(12_000, { kind: "ended", id: 3 })).toBe("+4");
  });

  it("holds what comes while the engine is idle, for others to share its step", () => {
    const { at } = told({ slots: 3, holdMs: 20, preemption: "rests" });
    expect(at(0, chat(1))).toBe("@20");
    expect(at(10, chat(2))).toBe("");
    expect(at(20, { kind: "tick" })).toMatch(/^\+1 \+2/);
    expect(at(21, chat(3))).toBe("+3");
  });

  it("does not hold longer than it takes to fill the engine, nor who has little time", () => {
    const full = told({ holdMs: 20 });
    expect(full.at(0, chat(1))).toBe("@20");
    expect(full.at(1, chat(2))).toBe("+1 +2");
    const hasty = told({ holdMs: 20 });
    expect(hasty.at(0, chat(1, { deadlineMs: 30 }))).toBe("+1");
  });

  it("refuses what cannot begin in time, and what finds the queue full, with a time to come back", () => {
    const { at, policy } = told({ slots: 1, queue: { interactive: 1, batch: 0 } });
    at(0, chat(1));
    expect(at(1, chat(2, { deadlineMs: 40 }))).toBe("@40");
    expect(at(2, chat(3))).toBe("x3 queue-full");
    expect(at(3, work(4))).toBe("x4 queue-full");
    expect(at(40, { kind: "tick" })).toBe("x2 too-late");
    expect(at(41, chat(5))).toBe("@5041");
    at(50, { kind: "started", id: 1 });
    expect(at(4000, { kind: "ended", id: 1 })).toBe("+5");
    expect(at(4001, chat(6))).toBe("");
    expect(policy.handle({ kind: "arrived", id: 7, lane: "interactive", key: "b", atMs: 4002 })).toEqual([
      { kind: "refuse", id: 7, reason: "queue-full", retryAfterMs: 4000 },
    ]);
    expect(at(4003, chat(8, { deadlineMs: 4000 }))).toBe("x8 too-late");
  });

  it("waits for an engine that died, asks again what it lost, and says that there is none", () => {
    const { at } = told({ reserved: 0 });
    at(0, chat(1));
    expect(at(10, { kind: "slots", slots: 0 })).toBe("");
    expect(at(11, { kind: "cut", id: 1 })).toBe("");
    expect(at(12, chat(2))).toBe("@5012");
    expect(at(5012, { kind: "tick" })).toBe("x2 no-engine");
    expect(at(6000, { kind: "slots", slots: 8 })).toBe("+1");
    expect(at(6001, chat(3))).toBe("+3");
    expect(at(6002, chat(4))).toMatch(/^@/);
  });

  it("forgets a client that left, and keeps its place in the engine until it is out", () => {
    const { at, policy } = told({ slots: 1, reserved: 0 });
    at(0, work(1));
    at(1, work(2));
    expect(at(2, { kind: "left", id: 2 })).toBe("");
    at(3, work(3));
    expect(at(4, { kind: "left", id: 1 })).toBe("");
    expect(policy.counts().batch).toEqual({ waiting: 1, inEngine: 1 });
    expect(at(5, { kind: "cut", id: 1 })).toBe("+3");
    expect(at(6, { kind: "ended", id: 3 })).toBe("");
    expect(policy.counts().batch).toEqual({ waiting: 0, inEngine: 0 });
  });

  it("shares a lane between keys by cost, not by requests", () => {
    const { at } = told({ slots: 1, reserved: 0, preemption: "none" });
    at(0, work(1, { key: "big", costTokens: 300 }));
    for (const id of [2, 3]) at(1, work(id, { key: "big", costTokens: 300 }));
    for (const id of [4, 5, 6, 7]) at(2, work(id, { key: "small", costTokens: 100 }));
    const order: string[] = [];
    for (let id = 1; id > 0;) {
      const said = at(3, { kind: "ended", id });
      order.push(said);
      id = Number(said.slice(1));
    }
    expect(order).toEqual(["+4", "+5", "+6", "+2", "+7", "+3", ""]);
  });

  it("does not let one key fill the queue for all", () => {
    const { at } = told({
      slots: 1,
      queue: { interactive: 3, batch: 0 },
      patienceMs: { interactive: Infinity, batch: 0 },
    });
    for (const id of [1, 2, 3, 4]) at(0, chat(id));
    expect(at(1, chat(5, { key: "b" }))).toBe("x4 queue-full");
    expect(at(2, chat(6, { key: "b" }))).toBe("x6 queue-full");
    expect(at(3, { kind: "ended", id: 1 })).toBe("+5");
  });

  it("leaves a batch stream beside chats where the settings say that it costs little", () => {
    const { at } = told({ slots: 4, reserved: 1, beside: 1 });
    at(0, work(1));
    at(1, work(2));
    expect(at(2, chat(3))).toBe("+3 -2");
    expect(at(3, { kind: "cut", id: 2 })).toBe("");
    expect(at(4, { kind: "ended", id: 1 })).toBe("+2");
  });
});
