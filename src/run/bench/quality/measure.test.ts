import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asyncProperty, assert, integer } from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LoadoutError } from "../../../facts/errors/index.ts";
import type { RunningEngine } from "../../engine/index.ts";
import { embeddedEngine } from "../../engine/index.ts";
import { fakeEngine, type FakeOptions } from "../../engine/testing/fake-engine.ts";
import { writeSmallModels } from "../../engine/testing/small-model.ts";
import { compareRuns, figuresOf } from "./figures.ts";
import { measureQuality, type QualityRun } from "./measure.ts";
import { fingerprint, openState, type QualityKey } from "./state.ts";
import type { Suite } from "./suite.ts";

const SETTINGS = {
  context: 1024,
  sequences: 1,
  unifiedCache: false,
  batch: 128,
  microBatch: 128,
  flashAttention: true,
  cacheTypeK: "f16",
  cacheTypeV: "f16",
  gpuLayers: 0,
} as const;
const SUITE: Suite = {
  version: "test",
  passages: ["one two three four five six seven", "un deux trois quatre cinq six sept huit"].map((text, index) => ({
    id: `text-${index}`,
    kind: "prose",
    language: index === 0 ? "English" : "French",
    text: `${text} `.repeat(8),
  })),
  tasks: [
    ...[1, 2, 3, 4].map((items) => ({
      id: `list-${items}`,
      kind: "format" as const,
      prompt: `${items} things`,
      maxTokens: 40,
      check: { kind: "json" as const, schema: { enum: [items] } },
    })),
    { id: "sum", kind: "reasoning", prompt: "2 and 2", maxTokens: 40, check: { kind: "number", answer: 4 } },
  ],
};
const KEY: QualityKey = { fingerprint: "f", suite: "test", engine: "fake", settings: "", positions: 200 };

describe("quality", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "quality-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const startFake = (options: FakeOptions) => () =>
    fakeEngine(options).start({ modelPath: "model.gguf", backend: "cpu", settings: SETTINGS });
  const answers = (right: readonly number[]) => (prompt: string) => {
    const asked = Number(/\d+/.exec(prompt)?.[0]);
    return right.includes(asked) ? `${prompt.includes("and") ? 4 : asked}` : "no idea";
  };
  const measure = async (
    name: string,
    start: () => Promise<RunningEngine>,
    more: { signal?: AbortSignal; onProgress?: () => void } = {},
  ): Promise<QualityRun> =>
    measureQuality({
      suite: SUITE,
      state: await openState(folder, name, KEY),
      probes: ["format", "multilingual", "reasoning"],
      positions: 200,
      start,
      ...more,
    });

  it("scores texts and checks answers", async () => {
    const run = await measure("a", startFake({ answers: answers([1, 2]) }));
    const figures = figuresOf(run, SUITE);
    expect(figures.probes.map(({ probe, passed, trials }) => [probe, passed, trials])).toEqual([
      ["format", 2, 4],
      ["reasoning", 1, 1],
    ]);
    expect(figures.tokens).toBe(7 * 8 - 1 + 8 * 8 - 1);
    const scores = run.texts.flatMap((text) => text.scores.map(({ logProb }) => -logProb));
    const mean = scores.reduce((total, one) => total + one, 0) / scores.length;
    expect(figures.perplexity.value).toBeCloseTo(Math.exp(mean), 9);
    expect(figures.perplexity.low).toBeLessThan(figures.perplexity.value);
    expect(figures.passages.map(({ language }) => language)).toEqual(["English", "French"]);
  });

  it("gives, cut anywhere and gone on with, exactly what an uncut measurement gives", async () => {
    const options = { answers: answers([1, 3]), opinion: 0.5 };
    const uncut = await measure("uncut", startFake(options));
    let name = 0;
    await assert(
      asyncProperty(integer({ min: 0, max: 12 }), integer({ min: 0, max: 400 }), async (cut, torn) => {
        name += 1;
        const control = new AbortController();
        let calls = 0;
        const onProgress = () => void ((calls += 1) > cut && control.abort());
        const first = measure(`cut-${name}`, startFake(options), { signal: control.signal, onProgress });
        await first.catch((error: unknown) => {
          if (!(error instanceof LoadoutError) || error.code !== "interrupted") throw error;
        });
        // as after a kill in the middle of a line
        const { path } = await openState(folder, `cut-${name}`, KEY);
        const { length } = readFileSync(path);
        truncateSync(path, Math.max(0, length - torn));
        expect(await measure(`cut-${name}`, startFake(options))).toEqual(uncut);
      }),
      { numRuns: 25 },
    );
  });

  it("starts nothing where everything is kept, unless asked to begin again", async () => {
    const run = await measure("a", startFake({}));
    const never = () => Promise.reject(new Error("started"));
    expect(await measure("a", never)).toEqual(run);
    const fresh = await openState(folder, "a", KEY, true);
    expect(fresh.results.size).toBe(0);
    await expect(measure("a", never)).rejects.toThrow("started");
  });

  it("keeps what belongs to another question apart, and reads no line that is damaged", async () => {
    const first = await openState(folder, "a", KEY);
    const other = await openState(folder, "a", { ...KEY, settings: "q8_0" });
    expect(other.path).not.toBe(first.path);
    await measure("a", startFake({}));
    appendFileSync(
      first.path,
      '{"kind":"task"\n{"kind":"text","id":"x","tokens":[1],"top":3,"logProbs":"AAAA"}\nnull\n',
    );
    const again = await openState(folder, "a", KEY);
    expect([...again.results.keys()]).toEqual([...SUITE.passages, ...SUITE.tasks].map(({ id }) => id));
    expect(readFileSync(first.path, "utf8")).not.toContain("null\n");
  });

  it("asks nothing of a file without a template", async () => {
    const run = await measure("base", startFake({ hasTemplate: false }));
    expect(run.asked).toBe(false);
    expect(run.tasks).toEqual([]);
    expect(run.texts).toHaveLength(2);
  });

  it("compares runs pair by pair", async () => {
    const reference = await measure("a", startFake({ answers: answers([1, 2, 3]) }));
    const same = compareRuns(reference, reference, SUITE)!;
    expect(same.perplexityRatio).toEqual({ value: 1, low: 1, high: 1 });
    expect(same.kl.value).toBeLessThan(1e-6);
    expect(same.sameTop.value).toBe(1);
    const near = compareRuns(await measure("b", startFake({ opinion: 0.2, answers: answers([1]) })), reference, SUITE)!;
    const far = compareRuns(await measure("c", startFake({ opinion: 1.5 })), reference, SUITE)!;
    expect(near.kl.low).toBeGreaterThan(0);
    expect(far.kl.value).toBeGreaterThan(4 * near.kl.value);
    expect(near.covered).toBeCloseTo(1, 4);
    const [format] = near.probes;
    expect(format).toMatchObject({ probe: "format", trials: 4, onlyFile: 0, onlyReference: 2, p: 0.5 });
    expect(format!.difference.value).toBe(-0.5);
  });

  it("does not compare where the tokens are others", async () => {
    const run = await measure("a", startFake({}));
    const [first, ...rest] = run.texts;
    const texts = [{ ...first!, tokens: [9, ...first!.tokens.slice(1)] }, ...rest];
    expect(compareRuns(run, { ...run, texts }, SUITE)).toBeUndefined();
  });

  it("tells files apart by their content", async () => {
    const { own, none } = writeSmallModels(folder);
    expect(await fingerprint(own)).toBe(await fingerprint(own));
    expect(await fingerprint(own)).not.toBe(await fingerprint(none));
  });

  it("measures with the real engine what it measures with the fake one, and repeats it bit by bit", async () => {
    const { own } = writeSmallModels(folder);
    let starts = 0;
    const start = () => {
      starts += 1;
      return embeddedEngine().start({ modelPath: own, backend: "cpu", settings: SETTINGS, threads: 1 });
    };
    const uncut = await measure("uncut", start);
    const control = new AbortController();
    const cut = measure("cut", start, {
      signal: control.signal,
      onProgress: () => void (starts === 2 && control.abort()),
    });
    await expect(cut).rejects.toMatchObject({ code: "interrupted" });
    const resumed = await measure("cut", start);
    expect(resumed).toEqual(uncut);
    const same = compareRuns(resumed, uncut, SUITE)!;
    // the vocabulary of this model is told apart as a whole
    expect(same.covered).toBeCloseTo(1, 4);
    expect(same.kl.value).toBeLessThan(1e-5);
    // random weights know nothing: nearly as surprised as by a fair draw from 512 tokens
    expect(figuresOf(uncut, SUITE).perplexity.value).toBeGreaterThan(100);
    expect(uncut.tasks.map(({ passed }) => passed)).toEqual(uncut.tasks.map(() => false));
  });
});
