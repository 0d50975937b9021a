import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ENGINES } from "./engines.ts";
import { measuredRun, type SavedRun } from "./saved.ts";
import { metricScores, score } from "./score.ts";

const LINES = readFileSync(new URL("../../data/truth/simulate-real.jsonl", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line): SavedRun => JSON.parse(line));

test.each(ENGINES)("a kept run of %s: what two probes teach holds for its points", (name) => {
  const lines = LINES.filter((one) => one.engine === name);
  const { settings: engine, templateTokens } = lines[0]!;
  const of = (what: SavedRun["what"]) => lines.filter((one) => one.what === what).map(measuredRun);
  const repeats = [{ probes: of("probe"), points: of("point") }];
  const { points } = score({ engine, name, about: "", templateTokens, repeats });
  expect(points).toHaveLength(24);
  for (const each of metricScores(points, "calibrated")) expect(each).toMatchObject({ holds: true });
});
