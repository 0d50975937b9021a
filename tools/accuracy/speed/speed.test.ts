import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { FIT } from "../../../src/predict/speed/index.ts";
import { scoreLine } from "../../accuracy.ts";
import { fitFor } from "./fold-fits.ts";
import { questionKey } from "./row.ts";
import { scoreLlamaCppSpeed } from "./score.ts";
import { scoreServerSpeed } from "./server/score.ts";

const lines = (file: string) =>
  readFileSync(join(import.meta.dirname, "../../../data/truth", file), "utf8")
    .trim()
    .split("\n");
const row = {
  source: "somebody",
  model: "llama 8B Q4_K - Medium",
  quant: "Q4_K - Medium",
  arch: "llama",
  size_GiB: 4.58,
  params_B: 8.03,
  backend: "CUDA",
  device: "NVIDIA GeForce RTX 4070",
  device_count: 1,
  ngl: 99,
  fa: 1,
  test: "tg128",
  depth: 0,
  tps: 90,
};

test("a card that nobody measured has a rate, a band around it and a place to be counted", () => {
  const [term] = scoreLine(JSON.stringify(row), scoreLlamaCppSpeed);
  expect(term).toMatchObject({ term: "tps", refused: null, group: { kind: "decode", backend: "CUDA" } });
  expect(term!.low).toBeLessThan(term!.predicted!);
  expect(term!.high).toBeGreaterThan(term!.predicted!);
});

test("a row that was used is predicted without its device, whatever it measured; any other with everything", () => {
  const used = lines("llamacpp-speed.jsonl")
    .map((line): Record<string, unknown> => JSON.parse(line))
    .find((one) => one.device === "NVIDIA GeForce RTX 4090" && one.test === "tg512" && one.device_count === 1)!;
  const key = questionKey(used);
  expect(questionKey({ ...used, tps: 1, stddev: 2 })).toBe(key);
  const fit = fitFor(key, "NVIDIA GeForce RTX 4090");
  expect(fit.decode("e:ada")).not.toBe(FIT.decode("e:ada"));
  expect(fit.devices["decode:ada"]).toBe(FIT.devices["decode:ada"]! - 1);
  expect(fitFor(questionKey({ ...used, source: "another" }), "NVIDIA GeForce RTX 4090")).toBe(FIT);
});

test.each([
  ["a device that is not known", { device: "Card X" }, /device catalog/],
  ["no device", { device: null }, /names no device/],
  ["no rate", { tps: null }, /no rate/],
])("refused with the reason: %s", (_, other, reason) => {
  const [term] = scoreLine(JSON.stringify({ ...row, ...other }), scoreLlamaCppSpeed);
  expect(term!.predicted).toBeNull();
  expect(term!.refused).toMatch(reason);
});

test("damaged rows are refused or predicted, and never a defect", () => {
  const rows = [
    row,
    ...lines("server-speed.jsonl")
      .slice(0, 200)
      .map((line): Record<string, unknown> => JSON.parse(line)),
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...rows),
      fc.string(),
      fc.oneof(fc.constant(null), fc.double(), fc.string(), fc.boolean(), fc.constant([])),
      fc.nat(40),
      (good: Record<string, unknown>, name, value, at) => {
        const keys = Object.keys(good);
        const damaged = { ...good, [keys[at % keys.length] ?? name]: value };
        for (const score of [scoreLlamaCppSpeed, scoreServerSpeed])
          for (const term of scoreLine(JSON.stringify(damaged), score)) {
            expect(term.defect).toBeUndefined();
            if (term.predicted !== null) expect(Number.isFinite(term.predicted)).toBe(true);
          }
      },
    ),
    { numRuns: 300, seed: 11 },
  );
});
