// Published rates with layers, experts or the cache in RAM: scored, reported, and held to what they are now.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { decodePace, prefillPace } from "../../../src/predict/speed/index.ts";
import { Fields } from "../fields.ts";
import { paceQuestion } from "./question.ts";
import { speedRow, type SpeedRow } from "./row.ts";
import { scoreLlamaCppSpeed } from "./score.ts";

const FILE = join(import.meta.dirname, "../../../data/truth/llamacpp-speed.jsonl");

interface Scored {
  readonly row: SpeedRow;
  readonly ratio: number | undefined;
}

/** Rows of a GPU that does not hold all of it. */
const rows: readonly Scored[] = readFileSync(FILE, "utf8")
  .trim()
  .split("\n")
  .map((line): Record<string, unknown> => JSON.parse(line))
  .filter(isPartial)
  .map((raw) => {
    const [term] = scoreLlamaCppSpeed(new Fields(raw));
    const { truth, predicted } = term!;
    return { row: speedRow(raw), ratio: predicted === null ? undefined : predicted / truth };
  });

function isPartial(raw: Record<string, unknown>): boolean {
  const { ngl, notes } = raw;
  if (raw.backend === "CPU") return false;
  if (Number(raw.n_cpu_moe ?? 0) > 0 || String(notes).includes("nkvo=1")) return true;
  return typeof ngl === "number" && (ngl < 90 || String(notes).includes("last layers on CPU"));
}

const name = ({ row }: Scored) =>
  [row.model, row.test, row.backend, row.microBatch === undefined ? "" : `ub${row.microBatch}`].join(" ").trim();

const within = (ratio: number | undefined, share: number) =>
  ratio !== undefined && ratio > 1 - share && ratio < 1 / (1 - share);

const scored = rows.filter(({ ratio }) => ratio !== undefined);

test.each(scored.map((each) => [each.ratio!.toFixed(2), name(each), each.ratio!] as const))(
  "%s of what was measured: %s",
  (_, __, ratio) => {
    // what is worse has its reason below; this is how bad it gets
    expect(within(ratio, 0.8)).toBe(true);
  },
);

test("half of them lie within 35%, and decode always within 35%; those that are not scored name no GPU", () => {
  const errors = scored.map(({ ratio }) => Math.abs(Math.log(ratio!))).toSorted((one, other) => one - other);
  expect(errors[Math.floor(errors.length / 2)]).toBeLessThan(Math.log(1.35));
  for (const each of scored.filter(({ row }) => row.test.startsWith("tg"))) {
    expect(within(each.ratio, 0.35), name(each)).toBe(true);
  }
  expect(rows.length - scored.length).toBe(16);
});

test("of seven rows with experts in RAM that can be asked about, five lie within 35%", () => {
  const experts = rows.filter(({ row }) => row.expertLayersOnCpu > 0);
  expect(experts).toHaveLength(10);
  const asked = experts.filter(({ row }) => !unlike(row));
  const missed = asked.filter(({ ratio }) => !within(ratio, 0.35)).map(name);
  expect(asked).toHaveLength(7);
  // too fast, by 1.7 and 2.4. The four rows from 512 on are 0.33 s a step (7.6 GiB at 24.5 GB/s) and 0.39 ms a token, where the same
  // fork, model and card take 0.1 ms with all on the card, as is predicted (10,445 tok/s in steps of 4096, five months later).
  // The engine itself has no such cost: see the ladder of micro-batches below
  expect(missed).toEqual(["deepseek2 16B IQ4_KS pp4096 CUDA ub2048", "deepseek2 16B IQ4_KS pp4096 CUDA ub4096"]);
});

/**
 * Not what this engine does, or not stated: the fork multiplies experts on the processor below 32 tokens an expert (32 x 64 / 6,
 * so 342 a step); 3040 tok/s with 5.4 GiB of experts in RAM needs larger steps than the usual 512, in which the copies alone would
 * take all of a slot's peak.
 */
function unlike({ notes, microBatch, model, test: what }: SpeedRow): boolean {
  if (!notes.includes("ik_llama.cpp")) return false;
  return model.startsWith("deepseek2") ? (microBatch ?? 512) < 342 : what.startsWith("pp") && microBatch === undefined;
}

test("the prompt whose micro-batch is not stated was one step: four steps would copy more than the slot brings", () => {
  const { row } = rows.find(({ row: { model, test: what } }) => model.startsWith("qwen3moe") && what === "pp2048")!;
  const rate = (microBatch: number) => {
    const question = paceQuestion({ ...row, microBatch });
    if (typeof question === "string") throw new Error(question);
    return prefillPace(question, 2048)!.tokensPerSec / row.tokensPerSec;
  };
  expect(within(rate(2048), 0.35)).toBe(true);
  expect(within(rate(512), 0.35)).toBe(false);
});

/**
 * Published rates of gpt-oss 120B beside an RTX 3090, experts of 25 to 28 of 36 layers in RAM, by micro-batch; the build copies only
 * the experts that are used. How many those are was counted with another model; these rates were known when that was chosen.
 */
const PUBLISHED_LADDER: readonly (readonly [microBatch: number, tokensPerSec: number])[] = [
  [256, 240],
  [512, 380],
  [2048, 1113],
  [4096, 1682],
  [8192, 2091],
];

test.each(PUBLISHED_LADDER)("experts copied in steps of %d tokens: %d tok/s within 20%", (microBatch, published) => {
  const row = speedRow({
    date: "2025-10-01",
    model: "gpt-oss 120B MXFP4 MoE",
    quant: "MXFP4 MoE",
    params_B: 116.83,
    arch: "gpt-oss",
    backend: "CUDA",
    device: "NVIDIA GeForce RTX 3090",
    fa: 1,
    n_batch: microBatch,
    n_ubatch: microBatch,
  });
  for (const expertLayersOnCpu of [25, 28]) {
    const question = paceQuestion({ ...row, expertLayersOnCpu });
    if (typeof question === "string") throw new Error(question);
    expect(within(prefillPace(question, 8192)!.tokensPerSec / published, 0.2)).toBe(true);
  }
});

test("the ladder of layers bends where it was measured to bend: on a card assumed, since the rows name none", () => {
  const figures = rows
    .filter(({ row }) => row.notes.includes("GPU not named") && row.test === "tg128")
    .map(({ row }) => {
      const question = paceQuestion({ ...row, device: "NVIDIA GeForce RTX 3080" });
      if (typeof question === "string") throw new Error(question);
      // in builds of 2023 the caches counted as two more layers: only the last ones of 35 are on the card
      const asked = { ...question, cacheOnHost: row.ngl! < 35 };
      return { row, ratio: decodePace(asked, 64)!.tokensPerSec / row.tokensPerSec };
    });
  expect(figures.map(({ row }) => row.ngl)).toEqual([10, 20, 30, 31, 32, 33, 34, 35]);
  for (const { row, ratio } of figures) expect(within(ratio, 0.35), `${row.ngl}`).toBe(true);
});
