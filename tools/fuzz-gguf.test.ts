import { expect, test } from "vitest";
import { memorySource, readGguf } from "../src/facts/weights/index.ts";
import { seededRandom } from "../src/facts/units/index.ts";
import { damaged, type Outcome, outcomeOf, samples } from "./damage.ts";

test("undamaged, every sample is read", async () => {
  for (const { header, fileBytes } of samples()) {
    await expect(readGguf({ ...memorySource(header), size: fileBytes })).resolves.toBeDefined();
  }
});

test("2,000 damaged headers: read, or refused with a type; nothing else", async () => {
  const good = samples();
  const seen = new Map<Outcome["kind"], number>();
  for (let seed = 1; seed <= 2000; seed++) {
    const outcome = await outcomeOf(damaged(good, seededRandom(seed)));
    if (outcome.kind === "fault") expect.fail(`seed ${seed}: ${outcome.what}`);
    seen.set(outcome.kind, (seen.get(outcome.kind) ?? 0) + 1);
  }
  // Damage that is always or never noticed would prove little.
  expect(seen.get("refused")).toBeGreaterThan(1000);
  expect(seen.get("read")).toBeGreaterThan(50);
});
