import { describe, expect, it } from "vitest";
import type { LaneSettings } from "../lanes/lane.ts";
import { ttftMs } from "../measures/index.ts";
import { openWorkload } from "../workload/index.ts";
import type { LlamaServerSettings } from "./llama-server.ts";
import { simulate, type Simulated } from "./simulate.ts";
import { constantTimes, exponentialTimes } from "./testing/times.ts";

/** One request at a time, one step each: the machine of queueing theory. */
const SERVER: LlamaServerSettings = {
  kind: "llama-server",
  slots: 1,
  contextTokens: 4096,
  batchTokens: 512,
  microBatchTokens: 512,
  unified: true,
};
const LONE = { prompt: { kind: "fixed", tokens: 1 }, output: { kind: "fixed", tokens: 1 } } as const;
const REQUESTS = 400_000;
/** of these, while the queue fills */
const WARM_UP = 5000;
const SERVICE_MS = 10;

const arrivals = (ratePerSec: number, seed: number) =>
  openWorkload({ kind: "poisson", ratePerSec }, { requests: REQUESTS }, LONE, seed);

function waitsOf({ records }: Simulated, serviceMs: (index: number) => number): Float64Array {
  return Float64Array.from(records.slice(WARM_UP), (record, at) => ttftMs(record, "schedule")! - serviceMs(at));
}
const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Kolmogorov's p for values against a distribution function, on every `apart`th value: waits that follow one another are alike. */
function kolmogorov(values: Float64Array, cdf: (x: number) => number, apart: number): number {
  const picked = values.filter((_, at) => at % apart === 0).sort();
  const n = picked.length;
  const most = picked.reduce(
    (furthest, x, at) => Math.max(furthest, Math.abs(cdf(x) - at / n), Math.abs((at + 1) / n - cdf(x))),
    0,
  );
  const lambda = (Math.sqrt(n) + 0.12 + 0.11 / Math.sqrt(n)) * most;
  let p = 0;
  for (let k = 1; k < 100; k++) p += 2 * (-1) ** (k - 1) * Math.exp(-2 * k * k * lambda * lambda);
  return p;
}

/** Time-averaged count of requests inside, by walking through arrivals and ends. */
function meanInside({ records }: Simulated): number {
  const changes = records.flatMap((record) => [
    { atMs: record.scheduledMs, by: 1 },
    { atMs: record.endMs, by: -1 },
  ]);
  changes.sort((a, b) => a.atMs - b.atMs);
  let area = 0;
  let inside = 0;
  let lastMs = 0;
  for (const { atMs, by } of changes) {
    area += inside * (atMs - lastMs);
    inside += by;
    lastMs = atMs;
  }
  return area / lastMs;
}

describe("closed forms through the event core", () => {
  it("M/M/1: mean time inside, its distribution, Little's law", () => {
    const load = 0.7;
    const rate = load / SERVICE_MS;
    const run = simulate({
      workload: arrivals(1000 * rate, 3),
      engine: SERVER,
      times: exponentialTimes(SERVICE_MS, 11),
      seed: 1,
    });
    const inside = waitsOf(run, () => 0);
    const wanted = SERVICE_MS / (1 - load);
    expect(mean(inside) - SERVICE_MS).toBeGreaterThan((wanted - SERVICE_MS) * 0.98);
    expect(mean(inside) - SERVICE_MS).toBeLessThan((wanted - SERVICE_MS) * 1.02);
    expect(kolmogorov(inside, (x) => 1 - Math.exp(-x / wanted), 200)).toBeGreaterThan(0.05);
    const last = run.records.at(-1)!;
    const arrivalRate = run.records.length / last.endMs;
    expect(meanInside(run) / (arrivalRate * mean(waitsOf(run, () => 0)))).toBeCloseTo(1, 1.7);
  });

  it("M/D/1: mean wait", () => {
    const load = 0.7;
    const run = simulate({
      workload: arrivals((1000 * load) / SERVICE_MS, 5),
      engine: SERVER,
      times: constantTimes(SERVICE_MS),
      seed: 1,
    });
    const wanted = (load * SERVICE_MS) / (2 * (1 - load));
    expect(Math.abs(mean(waitsOf(run, () => SERVICE_MS)) / wanted - 1)).toBeLessThan(0.02);
  });

  it("M/M/k: mean wait behind the gateway's queue", () => {
    const servers = 4;
    const load = 0.8;
    const offered = servers * load;
    const lanes: LaneSettings = {
      slots: servers,
      reserved: 0,
      holdMs: 0,
      preemption: "none",
      quietMs: 0,
      agingMs: Infinity,
      queue: { interactive: Infinity, batch: 0 },
      patienceMs: { interactive: Infinity, batch: Infinity },
    };
    const run = simulate({
      workload: arrivals((1000 * offered) / SERVICE_MS, 8),
      engine: SERVER,
      times: exponentialTimes(SERVICE_MS, 17),
      replicas: servers,
      lanes,
      seed: 1,
    });
    let below = 0;
    let term = 1;
    for (let k = 0; k < servers; k++) {
      below += term;
      term *= offered / (k + 1);
    }
    const busy = term / (1 - load);
    const waits = busy / (below + busy);
    const wanted = (waits * SERVICE_MS) / (servers * (1 - load));
    const inside = mean(waitsOf(run, () => 0)) - SERVICE_MS;
    expect(Math.abs(inside / wanted - 1)).toBeLessThan(0.02);
  });
});
