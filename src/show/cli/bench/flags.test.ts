import { expect, test } from "vitest";
import { arrivalsOf, bodyOf, durationMs, listOf, ratesOf, toolOf, withSessions } from "./flags.ts";
import { lengthsOf, targetsOf } from "../../../plan/ask/flags/index.ts";

test("what people type", () => {
  expect(listOf("1,2, 4", "--users")).toEqual([1, 2, 4]);
  expect(ratesOf("0.5,2")).toEqual([0.5, 2]);
  expect(arrivalsOf("gamma:0.5")).toEqual({ kind: "gamma", burstiness: 0.5 });
  expect(arrivalsOf("./day.csv")).toEqual({ kind: "file", path: "./day.csv" });
  expect(["30", "30s", "500ms", "2min", "2m", "1h"].map((typed) => durationMs(typed, "--duration"))).toEqual([
    30_000, 30_000, 500, 120_000, 120_000, 3_600_000,
  ]);
  expect(lengthsOf("100-900", "--prompt")).toEqual({ kind: "uniform", low: 100, high: 900 });
  expect(targetsOf("ttft p99 1s")).toEqual([{ metric: "ttft", percent: 99, limitMs: 1000 }]);
  expect(withSessions({ sessions: 4 })).toMatchObject({ requests: 4, turns: { kind: "fixed", tokens: 3 } });
  expect(toolOf("VLLM")).toBe("vllm");
  expect(bodyOf('{"top_k": 1}')).toEqual({ top_k: 1 });
});

test.each([
  () => listOf("0", "--users"),
  () => listOf("1,x", "--users"),
  () => ratesOf("-1"),
  () => arrivalsOf("now"),
  () => arrivalsOf("gamma:0"),
  () => durationMs("25h", "--duration"),
  () => durationMs("soon", "--duration"),
  () => lengthsOf("9-3", "--prompt"),
  () => targetsOf("fast"),
  () => toolOf("wrk"),
  () => bodyOf("[]"),
  () => bodyOf("{"),
])("refused with an example: %s", (ask) => expect(ask).toThrow(/expected/));
