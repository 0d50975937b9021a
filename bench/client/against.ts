// A workload against the null server, and what the client added to what the server's own log says.
import { summarize, type Summary, type Workload } from "../../src/predict/index.ts";
import {
  Connections,
  drive,
  type DriveResult,
  loadTarget,
  type NullServer,
  postBytes,
  truthOf,
} from "../../src/run/bench/load/index.ts";

/** What is asked of the null server: waits in milliseconds, gaps that vary by a share. */
export interface Delays {
  readonly ttftMs: number;
  readonly gapMs: number;
  readonly jitter: number;
}

/** Reported less true, at the median and at the 99th percentile. */
export interface Added {
  readonly n: number;
  readonly true50: number;
  readonly p50: number;
  readonly true99: number;
  readonly p99: number;
}

export const METRICS = ["ttft", "gap", "e2e"] as const;

export interface Measured {
  readonly result: DriveResult;
  readonly summary: Summary;
  readonly added: Readonly<Record<(typeof METRICS)[number], Added>>;
}

/** Sends a workload to a null server, wherever it runs. */
export function driveNull(url: string, workload: Workload, delays: Delays, keep: boolean): Promise<DriveResult> {
  const target = loadTarget(url);
  const body = {
    messages: [{ role: "user", content: " word".repeat(64) }],
    stream: true,
    null_ttft_ms: delays.ttftMs,
    null_gap_ms: delays.gapMs,
    null_jitter: delays.jitter,
  };
  return drive({
    connections: new Connections(target, keep),
    workload,
    bytes: (request) =>
      postBytes(
        target,
        `${target.path}/chat/completions`,
        JSON.stringify({ ...body, max_tokens: request.outputTokens }),
        `c-${request.id}`,
        keep,
      ),
    drainMs: 5000,
  });
}

export async function against(
  server: NullServer,
  workload: Workload,
  delays: Delays,
  keep: boolean,
): Promise<Measured> {
  const result = await driveNull(server.url, workload, delays, keep);
  const truth = truthOf(await server.log());
  const summary = summarize(result.records, { loop: workload.kind === "closed" ? "closed" : "open" });
  const mine = { ttft: summary.ttftMs.fromSend, gap: summary.gapMs, e2e: summary.e2eMs.fromSend };
  const added = (metric: (typeof METRICS)[number]): Added => {
    const [reported, real] = [mine[metric], truth[metric]];
    const [true50, true99] = [real?.p50 ?? NaN, real?.p99 ?? NaN];
    const [p50, p99] = [(reported?.p50 ?? NaN) - true50, (reported?.p99 ?? NaN) - true99];
    return { n: real?.n ?? 0, true50, p50, true99, p99 };
  };
  return { result, summary, added: { ttft: added("ttft"), gap: added("gap"), e2e: added("e2e") } };
}
