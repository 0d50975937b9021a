// How fast the simulator is, by processor time: steps a second with 32 sequences active, every one of them computed, and a fleet of
// 1,000 machines for 1,000,000 requests. Usage: node bench/simulate.ts [--json]
import { createHash } from "node:crypto";
import { closedWorkload, type EngineSettings, openWorkload, simulate, timesOf } from "../src/predict/serving/index.ts";

const COSTS = { fixedMs: 1, weightsMs: 9, streamMs: 0.1, promptMs: 0.05, depthMs: 0.01, promptDepthMs: 0.001 };
const times = timesOf(COSTS, "a bench", "datasheet");

const ENGINES: readonly EngineSettings[] = [
  {
    kind: "llama-server",
    slots: 32,
    contextTokens: 65_536,
    batchTokens: 2048,
    microBatchTokens: 512,
    unified: true,
  },
  { kind: "embedded", sequences: 32, reserved: 0, sequenceTokens: 4096, stepTokens: 512, agingMs: 1000 },
  { kind: "vllm", batchTokens: 2048, sequences: 256, cacheTokens: 65_536 },
];

const CHAT = {
  prompt: { kind: "uniform", low: 100, high: 900 },
  output: { kind: "uniform", low: 100, high: 700 },
} as const;

function timed<T>(run: () => T): { readonly result: T; readonly seconds: number } {
  const before = process.cpuUsage();
  const result = run();
  const { user, system } = process.cpuUsage(before);
  return { result, seconds: (user + system) / 1e6 };
}

const lines: object[] = [];
for (const engine of ENGINES) {
  const run = (requests: number) =>
    timed(() => simulate({ workload: closedWorkload({ users: 32 }, { requests }, CHAT, 7), engine, times, seed: 1 }));
  run(5000);
  const { result, seconds } = run(80_000);
  lines.push({ what: engine.kind, active: 32, steps: result.steps, seconds, stepsPerSec: result.steps / seconds });
}

const FLEET = {
  prompt: { kind: "log-normal", medianTokens: 400, sigma: 1, most: 8000 },
  output: { kind: "log-normal", medianTokens: 120, sigma: 0.8, most: 2000 },
} as const;
for (const policy of ["power-of-two"] as const) {
  const { result, seconds } = timed(() => {
    const workload = openWorkload({ kind: "poisson", ratePerSec: 4000 }, { requests: 1_000_000 }, FLEET, 3);
    const engine = ENGINES[2]!;
    const router = { policy, staleMs: 200 };
    return simulate({ workload, engine, times, replicas: 1000, router, tokenTimes: false, seed: 1 });
  });
  const hash = createHash("sha256");
  for (const { firstMs = -1, endMs } of result.records) hash.update(Float64Array.of(firstMs, endMs));
  lines.push({
    what: `fleet of 1000, ${policy}`,
    requests: result.records.length,
    answered: result.records.filter(({ outcome }) => outcome === "ok").length,
    steps: result.steps,
    seconds,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    digest: hash.digest("hex").slice(0, 12),
  });
}
for (const line of lines) console.log(JSON.stringify(line));
