import { expect, test } from "vitest";
import type { Pace } from "../../predict/speed/index.ts";
import { bestAtHand, type Candidate } from "./index.ts";

const pace = (tokensPerSec: number): Pace => ({
  tokensPerSec,
  low: tokensPerSec / 1.5,
  high: tokensPerSec * 1.5,
  bound: "bandwidth",
  shareOfLimit: 0.5,
  provenance: "datasheet",
  formula: "1 / t",
});
const row = (name: string, billions: number, verdict: Candidate["verdict"], tokensPerSec?: number): Candidate => ({
  name,
  parameters: billions * 1e9,
  verdict,
  ...(tokensPerSec === undefined ? {} : { decode: pace(tokensPerSec) }),
});

test("the largest that fits and keeps up with reading", () => {
  const rows = [
    row("small", 1, "fits", 90),
    row("middle", 8, "tight", 20),
    row("slow", 14, "fits", 6),
    row("huge", 70, "does not fit", 2),
  ];
  expect(bestAtHand(rows)?.row.name).toBe("middle");
});

test("if none keeps up, the fastest that fits, and it says so", () => {
  const best = bestAtHand([row("a", 8, "fits", 4), row("b", 4, "fits", 7), row("c", 1, "runs from disk", 50)]);
  expect(best?.row.name).toBe("b");
  expect(best?.because).toContain("slower than reading");
});

test("nothing that fits, nothing chosen", () => {
  expect(bestAtHand([row("huge", 70, "does not fit", 1)])).toBeUndefined();
  expect(bestAtHand([])).toBeUndefined();
});
