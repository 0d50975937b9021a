import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { scoreFolder } from "../accuracy.ts";
import { regressions, type KeptScore } from "./check.ts";
import { scoreTerms, type ScoredTerm } from "./score.ts";

const ROOT = join(import.meta.dirname, "../..");

describe("the committed truth", () => {
  const { terms } = scoreFolder(join(ROOT, "data/truth"), "llamacpp-buffers");

  it("is met to the byte in every row", () => {
    const missed = terms.filter(({ predicted, truth }) => predicted !== null && predicted !== truth);
    expect(missed).toEqual([]);
    expect(terms.every(({ predicted }) => predicted !== null)).toBe(true);
  });

  it("is not met worse than the figures say", () => {
    const kept: KeptScore[] = JSON.parse(readFileSync(join(ROOT, "data/accuracy.json"), "utf8"));
    expect(regressions(scoreTerms(terms), kept, "llamacpp-buffers")).toEqual([]);
  });

  it("refuses rows with a reason, and drops none", () => {
    expect(terms.every(({ predicted, refused }) => (predicted === null) === (refused !== null))).toBe(true);
    expect(new Set(terms.map(({ file, line }) => `${file}:${line}`)).size).toBe(2 * 519);
  });
});

describe("scores", () => {
  const term = (truth: number, predicted: number | null): ScoredTerm => ({
    file: "f",
    line: 1,
    term: "gpu[0]",
    truth,
    predicted,
    refused: predicted === null ? "why" : null,
  });

  it("count a refusal as a miss", () => {
    const [score] = scoreTerms([term(100, 100), term(100, null), term(1000, 999)]);
    expect(score).toMatchObject({ term: "gpu", rows: 3, refused: 1, exact: 1, withinOnePercent: 2, under: 1 });
  });

  it("fail the check where a figure got worse, and only there", () => {
    const before = scoreTerms([term(100, 100), term(100, 100)]);
    const worse = scoreTerms([term(100, 100), term(100, 150)]);
    expect(regressions(worse, before)).not.toEqual([]);
    expect(regressions(before, worse)).toEqual([]);
    expect(regressions([], before)).toEqual(["f gpu: was scored, is not any more"]);
  });
});
