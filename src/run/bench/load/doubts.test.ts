import { expect, test } from "vitest";
import { summarize, type RequestRecord } from "../../../predict/index.ts";
import { clientDoubts } from "./doubts.ts";

/** 20 tokens in 200 ms, evenly or all at once after 200 ms. */
function record(id: number, clumps: boolean): RequestRecord {
  const at = id * 200;
  const tokenMs = Float64Array.from(
    { length: 20 },
    (_, index) => at + (clumps ? (index < 10 ? 10 : 200) : 10 + index * 10),
  );
  const times = { scheduledMs: at, sentMs: at, firstMs: at + 10, tokenMs, endMs: at + 201 };
  return { id, ...times, promptTokens: 1, outputTokens: 20, outcome: "ok" };
}

const summary = (clumps: boolean) =>
  summarize([record(0, clumps), record(1, clumps), record(2, clumps)], { loop: "closed" });
const health = (p99: number, busy: number) => ({ loopLagMs: { p50: 0, p99, max: p99 }, busy });
const why = (...args: Parameters<typeof clientDoubts>) => clientDoubts(...args).map((doubt) => doubt.why);

test("a client within its means raises no doubt", () => {
  expect(why(summary(false), health(2, 0.3), false, 1000)).toEqual([]);
  expect(why(summary(false), health(2, 0.3), false)).toEqual([]);
});

test("above 70% of what it was right at, late to its events, clumps to a busy process, stopped", () => {
  expect(why(summary(false), health(2, 0.3), false, 120)).toEqual(["client-headroom"]);
  expect(why(summary(false), health(11, 0.3), false)).toEqual(["event-loop-lag"]);
  expect(why(summary(true), health(2, 0.9), false)).toEqual(["clumped"]);
  // a server that sends in clumps to an idle client is the server's way
  expect(why(summary(true), health(2, 0.3), false)).toEqual([]);
  expect(why(summary(false), health(2, 0.3), true)).toEqual(["stopped-early"]);
});
