import { assert, boolean, constantFrom, integer, property, record, array } from "fast-check";
import { describe, expect, it } from "vitest";
import { planStep, type Runner } from "./plan-step.ts";

const SETTINGS = { stepTokens: 64, batchStepTokens: 16, agingMs: 1000 };
const chat = (pending: number): Runner => ({ lane: "interactive", pending, lastStepMs: 0 });
const batch = (pending: number, lastStepMs = 0): Runner => ({ lane: "batch", pending, lastStepMs });
const amounts = (runners: readonly Runner[], present = false, nowMs = 10) => {
  const { parts, wakeMs } = planStep(runners, present, nowMs, SETTINGS);
  return { amounts: runners.map((one) => parts.get(one) ?? 0), wakeMs };
};

describe("planning a step", () => {
  it("lets everybody who draws step together, and prompts share what is left in their order", () => {
    expect(amounts([chat(0), chat(50), chat(50), chat(0)]).amounts).toEqual([1, 50, 12, 1]);
  });

  it("cuts prompts of the batch lane short, so that a chat that comes waits little", () => {
    expect(amounts([batch(100), batch(0), batch(100)]).amounts).toEqual([16, 1, 0]);
  });

  it("lets batch rest while a chat is there, or about to begin", () => {
    expect(amounts([chat(0), batch(0), batch(10)])).toEqual({ amounts: [1, 0, 0], wakeMs: 1000 });
    expect(amounts([batch(0)], true)).toEqual({ amounts: [0], wakeMs: 1000 });
    expect(amounts([batch(0)]).amounts).toEqual([1]);
  });

  it("lets one that rested long step once, beside the chats", () => {
    expect(amounts([chat(0), batch(0, 900), batch(0, 100), batch(0, 0)], false, 1100)).toEqual({
      amounts: [1, 0, 1, 0],
      wakeMs: 1000,
    });
  });

  it("never asks for more than a step holds, nor for more than there is, and never stands still for nothing", () => {
    const runner = record({
      lane: constantFrom("interactive", "batch"),
      pending: integer({ min: 0, max: 200 }),
      lastStepMs: integer({ min: 0, max: 2000 }),
    });
    assert(
      property(
        array(runner, { maxLength: 8 }),
        boolean(),
        integer({ min: 2000, max: 4000 }),
        (runners, present, now) => {
          const { parts, wakeMs } = planStep<Runner>(runners, present, now, SETTINGS);
          let total = 0;
          for (const [one, amount] of parts) {
            expect(amount).toBeGreaterThan(0);
            expect(amount).toBeLessThanOrEqual(Math.max(1, one.pending));
            total += amount;
          }
          expect(total).toBeLessThanOrEqual(SETTINGS.stepTokens);
          if (runners.some(({ lane }) => lane === "interactive")) expect(parts.size).toBeGreaterThan(0);
          if (runners.length > 0 && parts.size === 0) expect(wakeMs).toBeGreaterThan(now - 1);
        },
      ),
    );
  });
});
