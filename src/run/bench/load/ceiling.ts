import type { BenchCeilingStep } from "../../../plan/answer/index.ts";
import { closedWorkload, distributionOf, summarize } from "../../../predict/index.ts";
import { drive } from "./drive.ts";
import type { NullLog } from "./null-protocol.ts";
import { type NullServer, startNullServer } from "./null.ts";
import { Connections } from "./stream.ts";
import { loadTarget, postBytes } from "./target.ts";

export interface Ceiling {
  readonly steps: readonly BenchCeilingStep[];
  /** highest rate at which it is right; undefined: none tried was */
  readonly tokensPerSec?: number;
}

export interface StepOptions {
  readonly streams: number;
  readonly tokensPerSec: number;
  readonly durationMs: number;
  readonly ttftMs?: number;
  readonly tokens?: number;
  readonly keep?: boolean;
  readonly signal?: AbortSignal;
}

/** A client keeps clear of its own limit by this: points above are not shown as the server's. */
export const HEADROOM = 0.7;
const WITHIN = 0.1;
const STREAMS = 64;
const STEP_MS = 1000;

/**
 * Measures the client before it measures anything: from `from` tokens a second up while it is right and not past `enough`, else
 * down. A second or so a step.
 */
export async function measureCeiling(
  from: number,
  enough: number,
  streams = STREAMS,
  signal?: AbortSignal,
): Promise<Ceiling> {
  const server = await startNullServer();
  const steps: BenchCeilingStep[] = [];
  const options = signal === undefined ? {} : { signal };
  try {
    let rate = from;
    for (;;) {
      const step = await nullStep(server, {
        streams: Math.max(STREAMS, streams),
        tokensPerSec: rate,
        durationMs: STEP_MS,
        ...options,
      });
      steps.push(step);
      const first = steps[0]!.good;
      if (signal?.aborted || step.good !== first || (first ? rate >= enough : rate <= 500)) break;
      rate = first ? rate * 2 : rate / 2;
    }
  } finally {
    await server.stop();
  }
  const best = steps.filter((step) => step.good).reduce((most, step) => Math.max(most, step.tokensPerSec), 0);
  return { steps, ...(best > 0 ? { tokensPerSec: best } : {}) };
}

/** One rate against a null server: streams spread over a whole answer's time, events at the pace that gives the rate. */
export async function nullStep(server: NullServer, options: StepOptions): Promise<BenchCeilingStep> {
  const { streams, tokensPerSec, ttftMs = 50, tokens = 100, keep = false } = options;
  // a stream makes `tokens` in ttft + (tokens - 1) gaps
  const gapMs = Math.max(0.5, ((1000 * streams * tokens) / tokensPerSec - ttftMs) / (tokens - 1));
  const target = loadTarget(server.url);
  const answerMs = ttftMs + gapMs * (tokens - 1);
  const workload = closedWorkload(
    { users: streams, spreadMs: answerMs },
    { durationMs: answerMs + options.durationMs },
    { prompt: { kind: "fixed", tokens: 64 }, output: { kind: "fixed", tokens } },
    1,
  );
  const body = (count: number) => ({
    messages: [{ role: "user", content: " word".repeat(64) }],
    stream: true,
    max_tokens: count,
    null_ttft_ms: ttftMs,
    null_gap_ms: gapMs,
    null_jitter: 0.2,
  });
  const run = await drive({
    connections: new Connections(target, keep),
    workload,
    bytes: (request) =>
      postBytes(
        target,
        `${target.path}/chat/completions`,
        JSON.stringify(body(request.outputTokens)),
        `n-${request.id}`,
        keep,
      ),
    drainMs: answerMs + 2000,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const log = await server.log();
  const summary = summarize(run.records, { loop: "closed", measuredFromMs: run.startMs + answerMs });
  const truth = truthOf(
    log,
    new Set(run.records.filter((r) => r.scheduledMs >= run.startMs + answerMs).map((r) => `n-${r.id}`)),
  );
  const [ttft, gap] = [summary.ttftMs.fromSend, summary.gapMs];
  const reached = summary.steadyOutputTokensPerSec ?? 0;
  const true50 = { ttft: truth.ttft?.p50 ?? 0, gap: truth.gap?.p50 ?? 0 };
  const added = (reported: number | undefined, real: number | undefined) => (reported ?? Infinity) - (real ?? 0);
  const right = (reported: number | undefined, real: number) => Math.abs(added(reported, real)) <= WITHIN * real;
  return {
    streams,
    askedTokensPerSec: tokensPerSec,
    tokensPerSec: reached,
    ttftMs: {
      true50: true50.ttft,
      added50: added(ttft?.p50, truth.ttft?.p50),
      added99: added(ttft?.p99, truth.ttft?.p99),
    },
    gapMs: { true50: true50.gap, added50: added(gap?.p50, truth.gap?.p50), added99: added(gap?.p99, truth.gap?.p99) },
    lag99Ms: summary.lagMs?.p99 ?? 0,
    ...(run.health.cpuPerEventUs === undefined ? {} : { cpuPerEventUs: run.health.cpuPerEventUs }),
    good: right(ttft?.p50, true50.ttft) && right(gap?.p50, true50.gap) && reached >= 0.9 * tokensPerSec,
  };
}

/** What a null server did, by its own log. */
export function truthOf(log: NullLog, ids?: ReadonlySet<string>) {
  const records = Object.entries(log)
    .filter(([id]) => ids?.has(id) ?? true)
    .map(([, record]) => record);
  return {
    ttft: distributionOf(
      records.filter((r) => r.sentMs.length > 0).map((record) => record.sentMs[0]! - record.receivedMs),
    ),
    gap: distributionOf(records.flatMap(({ sentMs }) => sentMs.slice(1).map((atMs, index) => atMs - sentMs[index]!))),
    e2e: distributionOf(
      records.filter((r) => r.endMs !== undefined).map((record) => (record.endMs ?? 0) - record.receivedMs),
    ),
  };
}
