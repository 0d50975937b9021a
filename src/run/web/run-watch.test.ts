import { expect, it } from "vitest";
import fc from "fast-check";
import { roomOf, type Run } from "../gateway/index.ts";
import { HandClock } from "../gateway/testing/hand-clock.ts";
import type { Seen } from "./look.ts";
import { type CountedLane, lanesIn } from "./metrics-read.ts";
import { LOOK_MS, RunWatch } from "./run-watch.ts";
import { TokenRate } from "./token-rate.ts";

const RUN: Run = { pid: 7, startedAt: "2026-11-25", url: "http://127.0.0.1:1", models: ["a"], takes: roomOf([]) };
const QUIET: CountedLane = {
  waiting: 0,
  working: 0,
  answered: 0,
  refused: 0,
  failed: 0,
  promptTokens: 0,
  cachedTokens: 0,
  completionTokens: 0,
  streamEvents: 0,
};

function seen(interactive: Partial<CountedLane>): Seen {
  const { takes: _, ...run } = RUN;
  return {
    run: { ...run, takes: {}, state: "open", served: [] },
    lanes: { interactive: { ...QUIET, ...interactive }, batch: QUIET },
  };
}

it("looks only while it is watched, and says only what changed", async () => {
  const clock = new HandClock();
  const told: [string, unknown][] = [];
  let here: Run[] = [];
  let looks = 0;
  let counted: Partial<CountedLane> = {};
  const watch = new RunWatch({
    claims: {
      others: async () => {
        looks += 1;
        return here;
      },
    },
    clock,
    look: async () => seen(counted),
    tell: (name, data) => void told.push([name, data]),
  });
  const second = async () => {
    clock.turn(LOOK_MS);
    await new Promise(setImmediate);
    return told.splice(0).map(([name]) => name);
  };
  await watch.start();
  expect([looks, told]).toEqual([1, []]);
  here = [RUN];
  expect(await second()).toEqual(["run", "lanes"]);
  expect(await second()).toEqual([]);
  counted = { working: 1, streamEvents: 30 };
  clock.turn(LOOK_MS);
  await new Promise(setImmediate);
  expect(told.splice(0)).toMatchObject([
    ["lanes", { pid: 7, lanes: { interactive: { working: 1, tokensPerSec: 15 } } }],
  ]);
  here = [];
  expect(await second()).toEqual(["gone"]);
  watch.stop();
  const before = looks;
  expect(await second()).toEqual([]);
  expect(looks).toBe(before);
});

it("says the pace of the last seconds, of streams as they come and of whole answers when they end", () => {
  const rate = new TokenRate();
  expect(rate.at(0, QUIET)).toBe(0);
  expect(rate.at(1000, { ...QUIET, streamEvents: 20 })).toBe(20);
  expect(rate.at(2000, { ...QUIET, streamEvents: 20, completionTokens: 19 })).toBe(10);
  expect(rate.at(9000, { ...QUIET, streamEvents: 20, completionTokens: 119 })).toBe(14.3);
  expect(rate.at(20_000, { ...QUIET, streamEvents: 20, completionTokens: 119 })).toBe(0);
  // the run began anew
  expect(rate.at(21_000, QUIET)).toBe(0);
});

it("reads metrics of ours, and nothing of others'", () => {
  expect(lanesIn("")).toBeUndefined();
  expect(lanesIn("llamacpp:prompt_tokens_total 3\n")).toBeUndefined();
  const text = [
    'loadout_queue_depth{lane="interactive"} 2',
    'loadout_requests_total{lane="interactive",outcome="answered"} 4',
    'loadout_ttft_seconds_sum{lane="interactive"} 2',
    'loadout_ttft_seconds_count{lane="interactive"} 4',
    'loadout_in_flight{lane="batch"} NaN',
  ].join("\n");
  expect(lanesIn(text)).toMatchObject({ interactive: { waiting: 2, answered: 4, ttftMs: 500 }, batch: { working: 0 } });
  fc.assert(fc.property(fc.string(), (damaged) => void lanesIn(`${text}\n${damaged}`)));
});
