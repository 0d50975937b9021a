import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { measuredRun, type SavedRun } from "./saved.ts";
import { metricScores, score } from "./score.ts";

test("a kept run of llama-server: what two probes teach holds for its points", () => {
  const lines = readFileSync(new URL("../../data/truth/simulate-real.jsonl", import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line): SavedRun => JSON.parse(line));
  const { settings: engine, templateTokens } = lines[0]!;
  const of = (what: SavedRun["what"]) => lines.filter((one) => one.what === what).map(measuredRun);
  const repeats = [{ probes: of("probe"), points: of("point") }];
  const { points } = score({ engine, name: "llama-server", about: "", templateTokens, repeats });
  expect(points).toHaveLength(24);
  for (const each of metricScores(points, "calibrated")) expect(each).toMatchObject({ holds: true });
});
