// How far simulated vLLM servers lie from published ones: throughput against concurrency, and where more brings no more. Rows that
// the coefficients were fitted to are simulated by those fitted without their model and format. Usage:
// node tools/simulate-score.ts server-speed.jsonl [--json]
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  closedWorkload,
  simulate,
  summarizeAfter,
  VLLM,
  type VllmSettings,
  vllmTimes,
} from "../src/predict/serving/index.ts";
import { type Lookup, overTokens } from "../src/predict/speed/index.ts";
import { serverCase, type ServerCase } from "./accuracy/speed/server/case.ts";
import { serverRow } from "./accuracy/speed/server/row.ts";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: "boolean" } } });
const [path] = positionals;
if (path === undefined) throw new Error("name a file of server rows: node tools/simulate-score.ts server-speed.jsonl");

const FOLDS = join(import.meta.dirname, "../data/speed-folds.json");
const folds: Readonly<Record<string, Readonly<Record<string, number>>>> = existsSync(FOLDS)
  ? (JSON.parse(readFileSync(FOLDS, "utf8")).servers ?? {})
  : {};

/** Prompts that repeat leave this much to compute: vLLM computes the last page anew. */
const PAGE_TOKENS = 16;
const MEMORY_SHARE = 0.9;
const TURNS = 6;

function simulatedRate({ question, row, format }: ServerCase): number {
  const { model, cards, requests, replicas, memoryBytes } = question;
  const own = folds[format];
  const log: Lookup = own === undefined ? VLLM : (name) => own[name] ?? 0;
  const { load, width } = model;
  const { inputTokens, outputTokens, cachedShare } = requests;
  const each = overTokens(load, inputTokens + outputTokens, "bytesPerToken") / (inputTokens + outputTokens);
  const room = memoryBytes * cards.tensorParallel * MEMORY_SHARE - load.denseBytes - load.expertBytes;
  const users = row.concurrency ?? 1;
  const engine: VllmSettings = {
    kind: "vllm",
    batchTokens: 2048,
    sequences: 256,
    cacheTokens: Math.max(8192, Math.floor(room / Math.max(1, each))),
    pageTokens: PAGE_TOKENS,
  };
  const workload = closedWorkload(
    { users },
    { requests: users * TURNS },
    {
      prompt: { kind: "fixed", tokens: inputTokens },
      output: { kind: "fixed", tokens: outputTokens },
      sharedTokens: Math.round(inputTokens * cachedShare),
    },
    1,
  );
  const times = vllmTimes(load, width, cards, log);
  const { records } = simulate({ workload, engine, times, replicas, router: { policy: "least-loaded" }, seed: 1 });
  return summarizeAfter(records, users, "closed").outputTokensPerSec;
}

/** The first point from which doubling the load brings less than a tenth more. */
function knee(rates: readonly number[]): number {
  for (let at = 0; at + 1 < rates.length; at++) if (rates[at + 1]! < rates[at]! * KNEE) return at;
  return rates.length - 1;
}
const KNEE = 1.1;
/** of a configuration's words */
const SHOWN = 100;

const median = (list: readonly number[]) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;

const cases = readFileSync(path, "utf8")
  .split("\n")
  .filter((line) => line.trim() !== "")
  .flatMap((line) => serverCase(serverRow(JSON.parse(line))) ?? []);
const points = cases.map((one) => ({ one, simulated: simulatedRate(one) }));
const errors = points.map(({ one, simulated }) => Math.abs(simulated / one.rate - 1));

const sweeps = new Map<string, typeof points>();
for (const point of points) {
  const { row } = point.one;
  const key = [row.model, row.quant, point.one.layout, row.powerLimitWatts, row.cacheType, row.notes].join("|");
  sweeps.set(key, [...(sweeps.get(key) ?? []), point]);
}
const lines = [...sweeps].map(([sweep, all]) => {
  // a load that was measured several times is one point
  const loads = [...new Set(all.map(({ one }) => one.row.concurrency ?? 1))].sort((a, b) => a - b);
  const at = (pick: (point: (typeof all)[number]) => number) =>
    loads.map((load) => median(all.filter(({ one }) => one.row.concurrency === load).map(pick)));
  const [measured, simulated] = [at(({ one }) => one.rate), at((point) => point.simulated)];
  return {
    sweep,
    loads,
    medianError: median(measured.map((rate, index) => Math.abs(simulated[index]! / rate - 1))),
    knees: loads.length >= 3 ? { measured: knee(measured), simulated: knee(simulated) } : undefined,
  };
});
const knees = lines.flatMap((line) => line.knees ?? []);
const near = knees.filter(({ measured, simulated }) => Math.abs(measured - simulated) <= 1).length;
const result = {
  points: points.length,
  medianError: median(errors),
  within12: errors.filter((error) => error <= 0.12).length / errors.length,
  bias: median(points.map(({ one, simulated }) => simulated / one.rate)) - 1,
  sweeps: lines.length,
  withKnee: knees.length,
  kneeWithinOneStep: near,
};
if (values.json) console.log(JSON.stringify({ ...result, lines }, null, 2));
else {
  for (const { sweep, medianError, loads, knees: at } of lines)
    console.log(
      `${(100 * medianError).toFixed(1).padStart(5)}%  knee ${at ? `${loads[at.measured]} / ${loads[at.simulated]}` : "-"}  ${sweep.slice(0, SHOWN)}`,
    );
  console.log(
    `${result.points} points: median error ${(100 * result.medianError).toFixed(1)}%, bias ${(100 * result.bias).toFixed(1)}%, ` +
      `${(100 * result.within12).toFixed(0)}% within 12%; knee within one step in ${near} of ${knees.length} sweeps`,
  );
}
