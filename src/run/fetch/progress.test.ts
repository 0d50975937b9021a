import { expect, it } from "vitest";
import { progressMeter, type Progress } from "./progress.ts";

it("progress tells rate and time left of the last seconds, not too often, and always the end", () => {
  const seen: Progress[] = [];
  let clock = 0;
  const report = progressMeter(
    10_000,
    (progress) => seen.push(progress),
    () => clock,
  );
  for (const [atMs, bytes] of [
    [0, 5_000], // from an earlier run: does not count as speed
    [50, 5_100], // too soon
    [1_000, 6_000],
    [11_000, 6_000],
    [17_000, 6_000], // a stall of more than the window
    [17_001, 10_000],
    [17_002, 12_000], // more than the total is the total
  ] as const) {
    clock = atMs;
    report(bytes);
  }
  expect(seen.map(({ bytes, bytesPerSec, remainingMs }) => [bytes, bytesPerSec, remainingMs])).toEqual([
    [5_000, undefined, undefined],
    [6_000, 1_000, 4_000],
    [6_000, undefined, undefined],
    [6_000, undefined, undefined],
    [10_000, expect.any(Number), 0],
    [10_000, expect.any(Number), 0],
  ]);
});
