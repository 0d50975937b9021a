// Charts of real answers: nothing runs into anything, and what they say in their tables are the answer's numbers.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { formatBytes, formatPace } from "../../facts/units/index.ts";
import {
  answerKv,
  type FitAnswer,
  type FrontierAnswer,
  type KvAnswer,
  type QuantsAnswer,
} from "../../plan/answer/index.ts";
import type { QuestionFlags } from "../../plan/ask/flags/index.ts";
import { askFit } from "../../plan/ask/kinds/fit.ts";
import { askFrontier } from "../../plan/ask/kinds/frontier.ts";
import { askQuants } from "../../plan/ask/kinds/quants.ts";
import { withAsking } from "../../show/cli/asking.ts";
import { contextIn } from "../../show/cli/testing/in-process.ts";
import { layoutOf } from "../charts/testing/layout.ts";
import { inside, overlap } from "../parts/index.ts";
import { cacheChart, frontierChart, memoryChart, paceChart, quantChart } from "./index.ts";
import { linearAxis, logAxis } from "./ticks.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "loadout-charts-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function expectReadable(svg: string): void {
  const { width, height, texts } = layoutOf(svg);
  const frame = { x: 0, y: 0, width, height };
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  expect(texts.filter(({ box }) => !inside(box, frame)).map(({ text }) => text)).toEqual([]);
  const clashes = texts.flatMap((one, index) =>
    texts.slice(0, index).flatMap((other) => (overlap(one.box, other.box) ? [`${one.text} / ${other.text}`] : [])),
  );
  expect(clashes).toEqual([]);
}

async function fitAndKv(model: string, flags: QuestionFlags): Promise<{ fit: FitAnswer; kv: KvAnswer }> {
  const {
    answer: fit,
    choice,
    question,
  } = await withAsking(contextIn(folder), (asking) => askFit(asking, flags, model, "report"));
  return {
    fit,
    kv: answerKv(question.request, choice, { model: fit.model, runtime: fit.runtime, setup: question.setup }),
  };
}

test.each([
  ["qwen3-32b:Q4_K_M", { gpu: ["2x rtx-3090"], users: 4, context: 16_384 }],
  ["Qwen3.6-27B:Q8_0", { gpu: ["rtx-4060"], ram: "16GB" }],
  ["gemma-3-4b-it:Q4_K_M", { ram: "16GB:ddr4-3200" }],
  ["Qwen3-30B-A3B:Q4_K_M", { vram: ["12GB"], kvType: "q8_0" as const, goal: "batch" as const }],
])("memory, cache and paces of %s", async (model, flags) => {
  const { fit, kv } = await fitAndKv(model, flags);
  const memory = memoryChart([{ name: model, answer: fit }])!;
  expectReadable(memory);
  for (const { need, have } of fit.verdict.now.places) {
    expect(memory).toContain(`>${formatBytes(need)}</text>`);
    expect(memory).toContain(`>${formatBytes(have)}</text>`);
  }
  const cache = cacheChart(kv);
  expectReadable(cache);
  for (const { kvBytes, stateBytes } of kv.points)
    expect(cache).toContain(`>${formatBytes(kvBytes + stateBytes)}</text>`);
  const { decode } = fit.speed;
  const pace = paceChart([{ name: model, answer: fit }]);
  expect(pace === undefined).toBe(decode === undefined);
  if (pace !== undefined) expectReadable(pace);
  if (decode) expect(pace).toContain(`>${formatPace(decode.tokensPerSec)}</text>`);
  // the cache that is drawn as chosen is the one that the tree holds
  const leaves = (fit.memory?.parts ?? []).flatMap(({ parts = [] }) => parts);
  const held = leaves.filter(({ key }) => /^(kv|recurrent)/.test(key)).reduce((sum, { value }) => sum + value, 0);
  const { users, cacheType, context } = kv.chosen;
  const at = kv.points.find(
    (point) => point.users === users && point.cacheType === cacheType && point.context === context,
  )!;
  expect(at.kvBytes + at.stateBytes).toBe(held);
});

test("four loadouts beside each other", async () => {
  const { fit } = await fitAndKv("qwen3-8b:Q4_K_M", { gpu: ["rtx-3090"] });
  const names = [
    "Qwen3 8B Q4_K_M, RTX 3090",
    "Qwen3 8B Q4_K_M, RTX 4060",
    "a",
    "Some model whose name is far too long for a bar",
  ];
  const fits = names.map((name) => ({ name, answer: fit }));
  expectReadable(memoryChart(fits)!);
  expectReadable(paceChart(fits)!);
});

test("frontier and file types", async () => {
  const context = contextIn(folder);
  const frontier: FrontierAnswer = await withAsking(context, (asking) =>
    askFrontier(asking, { gpu: ["rtx-3090"] }, "qwen3-8b:Q4_K_M"),
  );
  const quants: QuantsAnswer = await withAsking(context, (asking) =>
    askQuants(asking, { gpu: ["rtx-3060-12gb"] }, "qwen3-14b"),
  );
  expectReadable(frontierChart(frontier));
  expectReadable(quantChart(quants)!);
});

test("an engine that refuses has no memory to draw; axes hold what is asked of them", async () => {
  const { fit } = await fitAndKv("qwen3-8b:Q4_K_M", { gpu: ["rtx-3090"] });
  const { memory: _, ...refused } = fit;
  expect(memoryChart([{ name: "none", answer: refused }])).toBeUndefined();
  for (const values of [[], [0], [5], [0.003, 70_000], [1e-9], [-1, Infinity]]) {
    const { domain, ticks } = logAxis(values);
    expect(domain[0]).toBeLessThan(domain[1]);
    for (const value of values.filter((one) => one > 0 && Number.isFinite(one))) {
      expect(value).toBeGreaterThanOrEqual(domain[0]);
      expect(value).toBeLessThanOrEqual(domain[1]);
    }
    expect(ticks.length).toBeGreaterThan(0);
  }
  for (const most of [0, 0.3, 1, 7, 24, 1000, NaN]) {
    const axis = linearAxis(most);
    expect(axis.most).toBeGreaterThanOrEqual(Number.isNaN(most) ? 0 : most);
    expect(axis.ticks.at(-1)).toBe(axis.most);
  }
});
