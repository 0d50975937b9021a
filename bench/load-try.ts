import { startNullServer } from "../src/run/bench/load/null.ts";
import { drive } from "../src/run/bench/load/drive.ts";
import { Connections } from "../src/run/bench/load/stream.ts";
import { loadTarget, postBytes } from "../src/run/bench/load/target.ts";
import { closedWorkload, openWorkload, summarize, distributionOf } from "../src/predict/index.ts";
const server = await startNullServer();
const target = loadTarget(server.url);
for (const [streams, gap, tokens] of [[1,10,50],[8,10,50],[64,6,100],[64,3,200],[128,6,100],[128,5,200]] as const) {
  const workload = closedWorkload({ users: streams, spreadMs: 50+gap*tokens }, { durationMs: 4000 }, { prompt: { kind: "fixed", tokens: 64 }, output: { kind: "fixed", tokens } }, 1);
  const run = await drive({ connections: new Connections(target, process.argv[2]==="keep"), workload, drainMs: 5000,
    bytes: (r) => postBytes(target, "/v1/chat/completions", JSON.stringify({ messages: [{role: "user", content: "x".repeat(300)}], stream: true, max_tokens: r.outputTokens, null_ttft_ms: 50, null_gap_ms: gap }), `t-${r.id}`, process.argv[2]==="keep") });
  const log = await server.log();
  const s = summarize(run.records, { loop: "closed" });
  const truth = distributionOf(run.records.map((r) => log[`t-${r.id}`]!.sentMs[0]! - log[`t-${r.id}`]!.receivedMs))!;
  const late = distributionOf(run.records.flatMap((r) => [...r.tokenMs].map((t, i) => t - log[`t-${r.id}`]!.sentMs[i]!)))!;
  const gaps = distributionOf(run.records.flatMap((r) => { const t = log[`t-${r.id}`]!.sentMs; return t.slice(1).map((x, i) => x - t[i]!); }))!;
  const f = (x: number | undefined) => x?.toFixed(2);
  console.log(streams, "n", run.records.length, s.requests, "tok/s", f(s.steadyOutputTokensPerSec), "ttft", f(s.ttftMs.fromSend?.p50), f(s.ttftMs.fromSend?.p99), "truth", f(truth.p50), f(truth.p99), "gap", f(s.gapMs?.p50), f(s.gapMs?.p99), "truth", f(gaps.p50), f(gaps.p99), "late", f(late.p50), f(late.p99), "cpu us", f(run.health.cpuPerEventUs), "loop", f(run.health.loopLagMs.p99), "lag", f(s.lagMs?.p99), run.records.find(r=>r.error)?.error ?? "");
}
await server.stop();
