// Reports of seeded questions, in this process: every number in their tables is the number that `--json` prints.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  formatBytes,
  formatDuration,
  formatFileBytes,
  formatPace,
  formatPaceBand,
  formatTokens,
  formatWhole,
  seededRandom,
} from "../../facts/units/index.ts";
import { answerKv, type ReportAnswer, type ReportLoadout } from "../../plan/answer/index.ts";
import type { Estimate } from "../../predict/estimate/index.ts";
import { openReceipts } from "../../run/receipt/index.ts";
import { reportHtml, reportMarkdown } from "../report/index.ts";
import { tablesOfHtml, tablesOfMarkdown, type ReadTable } from "../report/testing/read-back.ts";
import type { QuestionFlags } from "../../plan/ask/flags/index.ts";
import { askFit } from "../../plan/ask/kinds/fit.ts";
import { withAsking } from "./asking.ts";
import { homeOf, machineName } from "./machine.ts";
import { withNames } from "./report/names.ts";
import { newestReceipt } from "./report/receipt.ts";
import { answerForm, runLoadout, widest } from "./testing/command-line.ts";
import { contextIn } from "./testing/in-process.ts";

const MODELS = [
  "qwen3-8b",
  "Llama-3.1-8B-Instruct:Q4_K_M",
  "gpt-oss-20b",
  "Qwen3.6-27B:Q4_K_M",
  "gemma-3-4b-it:Q8_0",
  "Qwen3-30B-A3B:Q4_K_M",
];
const RIGS: readonly Partial<QuestionFlags>[] = [
  { gpu: ["rtx-3090"] },
  { gpu: ["2x rtx-3090"], ram: "64GB" },
  { vram: ["24GB"] },
  { gpu: ["rtx-4060"], ram: "16GB:ddr5-6000" },
  { ram: "32GB:ddr4-3200" },
  { gpu: ["rx-7900-xtx"], os: "win32" },
];
const GOALS = ["interactive", "batch", "mixed"] as const;
const QUESTIONS = 54;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "loadout-report-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function rowsOf(tables: readonly ReadTable[], caption: string): readonly (readonly string[])[] {
  return tables.find((one) => one.caption === caption)?.rows ?? [];
}

const byText = (one: unknown, other: unknown) => String(one).localeCompare(String(other), "en");

/** Numbers of a table against those of the answer; both as they went through JSON. */
function expectNumbers({ fit, kv, quants, frontier }: ReportLoadout, tables: readonly ReadTable[]): void {
  const leaves: [string, string, string][] = [];
  const visit = ({ label, value, parts = [] }: Estimate) => {
    leaves.push([label, formatBytes(value), formatWhole(value)]);
    for (const part of parts) if (part.value > 0) visit(part);
  };
  if (fit.memory) visit(fit.memory);
  const memory = rowsOf(tables, "Memory by place and term");
  expect(memory.map((row) => row.slice(0, 3))).toEqual(leaves);
  // to the byte, back as numbers
  if (fit.memory) expect(Number(memory[0]![2]!.replaceAll(",", ""))).toBe(fit.memory.value);
  expect(rowsOf(tables, "Why: need against what there is").map((row) => [row[0], row[2], row[3], row[7]])).toEqual(
    fit.verdict.now.places.map(({ label, verdict, need, margin }) => [
      label,
      verdict,
      formatBytes(need),
      formatBytes(margin),
    ]),
  );
  const paces = new Map(rowsOf(tables, "Pace of tokens, with 80% bands").map(([what, ...rest]) => [what, rest]));
  for (const [what, pace] of [
    ["decode, empty context", fit.speed.decode],
    ["decode, context full", fit.speed.decodeFull],
    ["prefill", fit.speed.prefill],
  ] as const)
    expect(paces.get(what)?.slice(0, 2)).toEqual(
      pace && [formatPace(pace.tokensPerSec), formatPaceBand(pace.low, pace.high)],
    );
  const waits = rowsOf(tables, "Waiting, with 80% bands");
  expect(waits.find(([what]) => what === "first token")?.[1]).toBe(
    fit.speed.firstTokenMs && formatDuration(fit.speed.firstTokenMs.value),
  );
  expect(
    rowsOf(tables, "Settings, each with its reason").map(([setting, value, because]) => [setting, value, because]),
  ).toEqual(
    fit.decisions.map(({ setting, value, because }) => [
      setting,
      setting === "context" ? formatTokens(Number(value)) : String(value),
      because,
    ]),
  );
  const cells = rowsOf(tables, "KV cache and state by context of each chat").flatMap((row) => row.slice(1));
  const points = [...(kv?.points ?? [])].map(({ kvBytes, stateBytes }) => formatBytes(kvBytes + stateBytes));
  expect(cells.toSorted(byText)).toEqual(points.toSorted(byText));
  const files = rowsOf(tables, "Usual file types").map((row) => [row[0], row[1], row[4]]);
  const usual = (quants?.rows ?? []).filter(({ kind, usual: offered }) => kind === "gguf" && offered);
  expect(files.toSorted(byText)).toEqual(
    usual
      .map(({ scheme, bytes, decode }) => [
        scheme,
        formatFileBytes(bytes),
        decode ? formatPace(decode.tokensPerSec) : "-",
      ])
      .toSorted(byText),
  );
  const best = (frontier?.points ?? []).filter(({ onFrontier }) => onFrontier);
  expect(rowsOf(tables, "Points that no other of their origin beats").map((row) => [row[0], row[4]])).toEqual(
    best.map(({ origin, tokensPerSec }) => [origin, formatPace(tokensPerSec.value)]),
  );
}

function reportOf(loadouts: readonly Omit<ReportLoadout, "name">[]): ReportAnswer {
  const versions = { loadout: "0.0.0", facts: "facts of a test" };
  const made: ReportAnswer = {
    schema: "loadout/1",
    kind: "report",
    loadouts: withNames(loadouts),
    versions,
    devices: [],
  };
  // what `--json` prints, and nothing that it does not
  return JSON.parse(JSON.stringify(made));
}

describe("seeded questions", () => {
  const random = seededRandom(20_261_125);
  const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)]!;
  const asked = Array.from({ length: QUESTIONS }, () => ({
    model: pick(MODELS),
    flags: {
      ...pick(RIGS),
      ...pick([{}, { context: 4096 }, { context: 32_768 }]),
      ...pick([{}, { users: 1 }, { users: 4 }]),
      ...pick([{}, { kvType: "q8_0" as const }]),
      goal: pick(GOALS),
    },
  }));

  test(`${QUESTIONS}: Markdown, page and --json say the same numbers`, async () => {
    const words = new Set<string>();
    for (const { model, flags } of asked) {
      const {
        answer: fit,
        choice,
        question,
      } = await withAsking(contextIn(folder), (asking) => askFit(asking, flags, model, "report"));
      const refused = choice.prediction.kind === "rejected";
      const kv = refused
        ? {}
        : { kv: answerKv(question.request, choice, { model: fit.model, runtime: fit.runtime, setup: question.setup }) };
      const report = reportOf([{ ask: "loadout report", fit, ...kv }]);
      const tables = tablesOfMarkdown(reportMarkdown(report));
      expectNumbers(report.loadouts[0]!, tables);
      const shown = tablesOfHtml(reportHtml(report));
      const oneLine = (table: ReadTable) => [table.caption, table.rows.map((row) => row.map((cell) => cell.trim()))];
      expect(shown.map(oneLine)).toEqual(tables.filter(({ caption }) => caption !== "").map(oneLine));
      words.add(fit.verdict.now.verdict);
    }
    expect(words.size).toBeGreaterThan(2);
  }, 60_000);
});

test("as a command: two files and what --json prints, which keeps to its form", async () => {
  const out = join(folder, "one");
  const question = ["qwen3-8b:Q4_K_M", "--gpu", "rtx-3090", "--against", ":Q8_0 --gpu rtx-4060"];
  const { code, stdout, stderr } = await runLoadout(folder, ["report", ...question, "--out", out, "--json"]);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  const report: ReportAnswer = JSON.parse(stdout);
  expect((await answerForm())(report)).toBe("valid");
  expect(report.files).toEqual([`${out}.html`, `${out}.md`]);
  const [page, text] = await Promise.all(report.files!.map((file) => readFile(file, "utf8")));
  expect(page).toBe(reportHtml(report));
  expect(text).toBe(reportMarkdown(report));
  const parts = text!.split(/^## /m);
  for (const loadout of report.loadouts) {
    expect(loadout.quants).toBeDefined();
    const part = parts.find((one) => one.startsWith(`${loadout.name.replaceAll("_", "\\_")}\n`));
    expectNumbers(loadout, tablesOfMarkdown(part!));
  }
  // nothing is fetched, nothing runs
  expect(page).not.toMatch(/<(script|link|img|iframe|object)\b|@import|url\(/);
}, 60_000);

test("text in 80 columns says what was written; a name ends in .html, .md or nothing", async () => {
  const out = join(folder, "two.md");
  const told = await runLoadout(folder, ["report", "qwen3-8b:Q4_K_M", "--gpu", "rtx-3090", "--out", out]);
  expect(told.code).toBe(0);
  expect(told.stdout).toContain(`written: ${out}`);
  expect(widest(told.stdout.replace(out, ""))).toBeLessThanOrEqual(80);
  const pdf = await runLoadout(folder, ["report", "qwen3-8b", "--gpu", "rtx-3090", "--out", "a.pdf"]);
  expect([pdf.code, pdf.stderr]).toEqual([2, expect.stringContaining(".html or .md")]);
  const five = await runLoadout(folder, [
    "report",
    "qwen3-8b",
    ...Array.from({ length: 4 }, () => ["--against", ":Q8_0"]).flat(),
  ]);
  expect(five.code).toBe(2);
  const nowhere = await runLoadout(folder, ["report", "qwen3-8b", "--vram", "24GB", "--out", join(folder, "no/x.md")]);
  expect(nowhere.code).toBe(3);
}, 60_000);

test("the newest run here of the same file on the same engine stands beside what was predicted", async () => {
  const context = contextIn(join(folder, "machine"));
  const { answer: fit, choice } = await withAsking(context, (asking) =>
    askFit(asking, { gpu: ["rtx-3090"], users: 2 }, "qwen3-8b:Q4_K_M", "report"),
  );
  expect(await newestReceipt(context, fit)).toBeUndefined();
  const store = openReceipts((await homeOf(context)).folders.data, () => Date.UTC(2026, 10, 25, 6, 30));
  const { runtime, model } = fit;
  const run = {
    machine: machineName({ report: { rig: fit.rig } }),
    engine: { name: runtime.engine, version: "b11434", build: "b11434", backend: runtime.backend },
    model: { name: model.name, fileBytes: model.fileBytes },
    settings: choice.settings,
    memory: [
      {
        path: "device-0/kv",
        place: "CUDA0",
        term: "kv",
        predictedBytes: 2 ** 30,
        actualBytes: 2 ** 30 - 512,
        exact: true,
      },
      { path: "device-0/compute", place: "CUDA0", term: "compute", predictedBytes: 3 * 2 ** 20, actualBytes: 2 ** 20 },
    ],
    rates: [
      {
        what: "decode" as const,
        basePerSec: 90,
        predictedPerSec: 100,
        lowPerSec: 80,
        highPerSec: 125,
        measuredPerSec: 90,
        tokens: 64,
      },
    ],
    times: { loadMs: 1500, firstTokenMs: 120, promptTokens: 30, replyTokens: 65 },
  };
  store.add({ ...run, model: { ...run.model, fileBytes: 1 } });
  store.add(run);
  store.close();
  const receipt = await newestReceipt(context, fit);
  expect(receipt?.id).toBe(2);
  const report = reportOf([{ ask: "loadout report", fit, ...(receipt ? { receipt } : {}) }]);
  expect((await answerForm())(report)).toBe("valid");
  const tables = tablesOfMarkdown(reportMarkdown(report));
  expect(rowsOf(tables, "Memory, predicted and as the engine reported it")).toEqual([
    ["CUDA0 compute", "3 MiB", "1 MiB", "1,048,576", "2 MiB"],
    ["CUDA0 kv", "1 GiB", "1 GiB", "1,073,741,312", "exact"],
  ]);
  expect(rowsOf(tables, "Pace, predicted and measured")).toEqual([
    ["decode", "100 tok/s", "80 to 125 tok/s", "90 tok/s", "-10%", "64 tokens"],
  ]);
  expect(reportMarkdown(report)).toContain("Receipt 2 of 2026-11-25 06:30 UTC");
});
