import { expect, it } from "vitest";
import type { LiveLane, LiveRun } from "../../../src/plan/answer/index.ts";
import { connected, heard, type LiveEvent, NOTHING_YET } from "./state.ts";

const run = (pid: number, more: Partial<LiveRun> = {}): LiveEvent => ({
  name: "run",
  data: { pid, startedAt: "", url: "", models: [`m${pid}`], takes: {}, state: "open", served: [], ...more },
});
const quiet: LiveLane = {
  waiting: 0,
  working: 0,
  answered: 0,
  refused: 0,
  failed: 0,
  promptTokens: 0,
  cachedTokens: 0,
  completionTokens: 0,
  tokensPerSec: 0,
};
const lanes = (pid: number): LiveEvent => ({
  name: "lanes",
  data: { pid, lanes: { interactive: quiet, batch: quiet } },
});
const after = (events: readonly LiveEvent[], state = NOTHING_YET) => events.reduce(heard, state);
const pids = ({ runs }: typeof NOTHING_YET) => runs.map((shown) => shown.run.pid);

it("keeps runs in their order, with what was told of them last", () => {
  const state = after([run(2), lanes(2), run(1), { name: "ready", data: { runs: 2 } }, run(2, { state: "silent" })]);
  expect([state.connection, pids(state)]).toEqual(["open", [2, 1]]);
  expect(state.runs[0]).toMatchObject({ run: { state: "silent" }, lanes: { interactive: { waiting: 0 } } });
  expect(pids(after([{ name: "gone", data: { pid: 2 } }], state))).toEqual([1]);
  // lanes of a run that nothing is known of
  expect(after([lanes(9)], state)).toEqual(state);
});

it("drops, when it is connected again, what ended meanwhile, and not before", () => {
  const before = after([run(1), run(2), { name: "ready", data: { runs: 2 } }]);
  const again = after([run(2)], connected({ ...before, connection: "lost" }));
  expect([again.connection, pids(again)]).toEqual(["lost", [1, 2]]);
  const ready = after([{ name: "ready", data: { runs: 1 } }], again);
  expect([ready.connection, pids(ready)]).toEqual(["open", [2]]);
});

it("counts changes of receipts", () => {
  expect(after([{ name: "receipts", data: { changedAtMs: 1 } }]).receiptsChanged).toBe(1);
});
