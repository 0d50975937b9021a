// How exact the load generator is, and where it ends: against a null server whose own log says when each event left.
// Usage: node bench/load-client.ts [--keep] [--json] [--seconds N] [rate] [delays] [ceiling]   (without a name: all three)
import { availableParallelism, loadavg } from "node:os";
import {
  arrivalStatistics,
  type Arrivals,
  closedWorkload,
  openWorkload,
  summarize,
  type Workload,
} from "../src/predict/index.ts";
import {
  Connections,
  drive,
  type DriveResult,
  loadTarget,
  nullStep,
  type NullServer,
  postBytes,
  startNullServer,
  truthOf,
} from "../src/run/bench/load/index.ts";

const args = process.argv.slice(2);
const keep = args.includes("--keep");
const at = args.indexOf("--seconds");
const seconds = at < 0 ? 10 : Number(args[at + 1]);
const wants = (part: string) =>
  !["rate", "delays", "ceiling"].some((name) => args.includes(name)) || args.includes(part);
const report: Record<string, unknown>[] = [];

/** What may be added to what the server's log says. */
const P50_MS = 1;
const P99_MS = 4;
const P99_SHARE = 0.03;

const server = await startNullServer();
try {
  console.log(
    `load ${loadavg()[0]!.toFixed(1)} on ${availableParallelism()} processors, connections ${keep ? "kept" : "fresh"}`,
  );
  if (wants("rate")) for (const kind of ["poisson", "constant"] as const) await rate({ kind, ratePerSec: 200 });
  if (wants("delays")) for (const streams of [1, 4, 16, 64]) await delays(streams);
  if (wants("ceiling")) await ceiling();
} finally {
  await server.stop();
}
if (args.includes("--json")) console.log(JSON.stringify(report, null, 2));

/** 200 requests a second, answers of 20 tokens: is the schedule kept, and is it what its name says? */
async function rate(arrivals: Arrivals): Promise<void> {
  const shape = { prompt: { kind: "fixed", tokens: 64 }, output: { kind: "fixed", tokens: 20 } } as const;
  const run = await against(server, openWorkload(arrivals, { durationMs: seconds * 3000 }, shape, 1), 50, 10);
  const summary = summarize(run.result.records, { loop: "open" });
  const sent = arrivalStatistics(
    run.result.records.map((record) => record.sentMs),
    100,
  );
  const found = {
    what: `${arrivals.kind} ${arrivals.ratePerSec}/s`,
    lagP99Ms: summary.lagMs?.p99,
    doubts: summary.doubts.map((doubt) => doubt.why),
    fano: sent.fano,
    lag1: sent.lag1,
    ratePerSec: sent.ratePerSec,
    failed: summary.requests.failed,
    cpuPerEventUs: run.result.health.cpuPerEventUs,
    ...run.added,
  };
  report.push(found);
  console.log(
    `${found.what}: lag p99 ${ms(found.lagP99Ms)} (<= 10), Fano ${num(found.fano)}, lag-1 ${num(found.lag1)}, ` +
      `${num(found.ratePerSec)} req/s sent, ${found.failed} failed, ${found.doubts.length === 0 ? "valid" : found.doubts.join(", ")}`,
  );
  printAdded(run.added);
}

/** Injected delays, so many streams at once, starts spread over an answer's time. */
async function delays(streams: number): Promise<void> {
  const tokens = 50;
  const [ttftMs, gapMs] = [50, 12];
  const answerMs = ttftMs + gapMs * (tokens - 1);
  const shape = { prompt: { kind: "fixed", tokens: 64 }, output: { kind: "fixed", tokens } } as const;
  const workload = closedWorkload({ users: streams, spreadMs: answerMs }, { durationMs: seconds * 1000 }, shape, 2);
  const run = await against(server, workload, ttftMs, gapMs);
  const { cpuPerEventUs, loopLagMs } = run.result.health;
  report.push({ what: `${streams} streams`, n: run.result.records.length, cpuPerEventUs, loopLagMs, ...run.added });
  console.log(
    `${streams} streams, ${run.result.records.length} requests: ${num(cpuPerEventUs)} us CPU a token, loop lag p99 ${ms(loopLagMs.p99)}`,
  );
  printAdded(run.added);
}

/** Ever more tokens a second, one client process: until the median to the first token is off by 10%. */
async function ceiling(): Promise<void> {
  for (const tokensPerSec of [2500, 5000, 10_000, 15_000, 20_000, 30_000]) {
    const streams = 64 * Math.ceil(tokensPerSec / 20_000);
    const step = await nullStep(server, { streams, tokensPerSec, durationMs: seconds * 300, keep });
    report.push({ what: "ceiling", ...step });
    console.log(
      `${tokensPerSec} tok/s asked of ${streams} streams: ${num(step.tokensPerSec)} reached, first token ${ms(step.ttftMs.true50)} ` +
        `+${ms(step.ttftMs.added50)} (p99 +${ms(step.ttftMs.added99)}), gap ${ms(step.gapMs.true50)} +${ms(step.gapMs.added50)}, ` +
        `${num(step.cpuPerEventUs)} us CPU a token: ${step.good ? "right" : "NOT RIGHT"}`,
    );
    if (!step.good) break;
  }
}

interface Added {
  readonly [metric: string]: {
    readonly true50: number;
    readonly p50: number;
    readonly true99: number;
    readonly p99: number;
  };
}

async function against(
  onto: NullServer,
  workload: Workload,
  ttftMs: number,
  gapMs: number,
): Promise<{ result: DriveResult; added: Added }> {
  const target = loadTarget(onto.url);
  const body = {
    messages: [{ role: "user", content: " word".repeat(64) }],
    stream: true,
    null_ttft_ms: ttftMs,
    null_gap_ms: gapMs,
  };
  const result = await drive({
    connections: new Connections(target, keep),
    workload,
    bytes: (request) =>
      postBytes(
        target,
        `${target.path}/chat/completions`,
        JSON.stringify({ ...body, max_tokens: request.outputTokens, null_jitter: 0.3 }),
        `c-${request.id}`,
        keep,
      ),
    drainMs: 5000,
  });
  const truth = truthOf(await onto.log());
  const mine = summarize(result.records, { loop: "closed" });
  const pairs = {
    ttft: [mine.ttftMs.fromSend, truth.ttft],
    gap: [mine.gapMs, truth.gap],
    e2e: [mine.e2eMs.fromSend, truth.e2e],
  } as const;
  const added = Object.fromEntries(
    Object.entries(pairs).map(([metric, [reported, real]]) => [
      metric,
      {
        true50: real?.p50 ?? NaN,
        p50: (reported?.p50 ?? NaN) - (real?.p50 ?? NaN),
        true99: real?.p99 ?? NaN,
        p99: (reported?.p99 ?? NaN) - (real?.p99 ?? NaN),
      },
    ]),
  );
  return { result, added };
}

function printAdded(added: Added): void {
  for (const [metric, { true50, p50, true99, p99 }] of Object.entries(added)) {
    const holds = Math.abs(p50) <= P50_MS && Math.abs(p99) <= Math.max(P99_MS, P99_SHARE * true99);
    console.log(`  ${metric}: p50 ${ms(true50)} +${ms(p50)}, p99 ${ms(true99)} +${ms(p99)} ${holds ? "" : "  OVER"}`);
  }
}

function ms(value: number | undefined): string {
  return `${num(value)} ms`;
}

function num(value: number | undefined): string {
  return value === undefined ? "-" : value.toFixed(2);
}
