// How exact the load generator is, what it costs and where it ends, against a null server whose own log is the truth: one table.
// Client and server have a core each where the system lets them. Exit code 1: something missed.
// Usage: node bench/load-client.ts [--quick] [--keep] [--json] [rate] [delays] [ceiling] [cpu]   (without a name: all four)
//   --peer "PATH/vllm bench serve" --tokenizer DIR   processor time beside that program, same load, alternating
import { parseArgs } from "node:util";
import { arrivalStatistics, type Arrivals, closedWorkload, openWorkload } from "../src/predict/index.ts";
import { nullStep, type NullServer, startNullServer } from "../src/run/bench/load/index.ts";
import { type Added, against, METRICS } from "./client/against.ts";
import { CoreWatch, pinClient, pinServer } from "./client/cores.ts";
import { CPU_LOAD, cpuPerToken, ourCommand, theirCommand } from "./client/cpu-per-token.ts";
import { ms, Table } from "./client/table.ts";
import { printMachineCard } from "./machine-card.ts";

const { values: asked, positionals: parts } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    peer: { type: "string" },
    tokenizer: { type: "string", default: "" },
  },
});
const { keep } = asked;
const length = asked.quick ? 0.25 : 1;
const wants = (part: string) => parts.length === 0 || parts.includes(part);

/** What may be added to what the server's log says. */
const MOST_P50_MS = 1;
const MOST_P99_MS = 4;
const MOST_P99_SHARE = 0.03;
const MOST_LAG_MS = 10;
const FANO_WINDOW_MS = 50;
/** deviations of chance that a correlation of independent gaps may have */
const CHANCE = 3;
const CEILING_TOKENS_PER_SEC = 10_000;
const MOST_OF_PEER = 0.6;
/** microseconds: 0.6 times what `vllm bench serve` took when it was last measured */
const MOST_CPU_US = 38;

printMachineCard();
const table = new Table();
const watch = new CoreWatch();
const server = await startNullServer();
try {
  const pinned = pinServer(server.pid) && pinClient();
  const connections = keep ? "kept" : "a new one for each request";
  table.note("cores", pinned ? "client on 0, server on 1" : "client and server share what is there");
  table.note("connections", connections);
  // compiled before it is measured, as `loadout bench` is by its calibration
  await nullStep(server, { streams: 64, tokensPerSec: 5000, durationMs: 1000, keep });
  if (wants("rate")) await rate(server, { kind: "poisson", ratePerSec: 200 }, 40_000 * length);
  if (wants("rate")) await rate(server, { kind: "constant", ratePerSec: 200 }, 15_000 * length);
  if (wants("delays")) for (const streams of [1, 4, 16, 64]) await delays(server, streams, 14_000 * length);
  if (wants("ceiling")) await ceiling(server);
  if (wants("cpu")) await cpu(server);
} finally {
  await server.stop();
}
const shares = watch.shares().map((share, core) => `${core} ${(share * 100).toFixed(0)}%`);
table.note("cores were busy", shares.join(", "));
if (asked.json) console.log(JSON.stringify(table.rows, null, 2));

/** 200 requests a second, answers of 20 tokens: is the schedule kept, and is it what its name says? */
async function rate(onto: NullServer, arrivals: Arrivals, durationMs: number): Promise<void> {
  const shape = { prompt: { kind: "fixed", tokens: 64 }, output: { kind: "fixed", tokens: 20 } } as const;
  const workload = openWorkload(arrivals, { durationMs }, shape, 1);
  const { result, summary, added } = await against(onto, workload, { ttftMs: 50, gapMs: 10, jitter: 0.3 }, keep);
  const sentMs = result.records.map((record) => record.sentMs);
  const { fano, lag1, ratePerSec, n } = arrivalStatistics(sentMs, FANO_WINDOW_MS);
  const name = `${arrivals.kind} 200/s, ${n} requests`;
  const lag = summary.lagMs?.p99 ?? Infinity;
  table.add(`${name}: lag p99`, ms(lag), `<= ${MOST_LAG_MS} ms`, lag <= MOST_LAG_MS);
  const doubts = summary.doubts.map(({ why }) => why).join(", ");
  const said = `${ratePerSec.toFixed(1)} a second, ${summary.requests.failed} failed${doubts === "" ? "" : `, ${doubts}`}`;
  table.add("  valid", said, "valid, none failed", doubts === "" && summary.requests.failed === 0);
  const [fanoWanted, within] = arrivals.kind === "poisson" ? [1, 0.15] : [0, 0.05];
  const fanoHolds = Math.abs(fano - fanoWanted) <= within;
  table.add(`  Fano factor, ${FANO_WINDOW_MS} ms`, fano.toFixed(3), `${fanoWanted} +- ${within}`, fanoHolds);
  if (arrivals.kind === "poisson") {
    const most = CHANCE / Math.sqrt(n);
    const wanted = `0 +- ${most.toFixed(3)} (chance)`;
    table.add("  correlation of gaps, lag 1", lag1.toFixed(3), wanted, Math.abs(lag1) <= most);
  }
  for (const metric of METRICS) tellAdded(`  ${metric}`, added[metric]);
}

/** Injected delays, so many streams at once; starts are spread over an answer's time. */
async function delays(onto: NullServer, streams: number, durationMs: number): Promise<void> {
  // short answers where few streams make few of them: a p99 wants a hundred
  const tokens = streams < 16 ? 10 : 50;
  const [ttftMs, gapMs] = [50, 12];
  const spreadMs = ttftMs + gapMs * (tokens - 1);
  const shape = { prompt: { kind: "fixed", tokens: 64 }, output: { kind: "fixed", tokens } } as const;
  const workload = closedWorkload({ users: streams, spreadMs }, { durationMs }, shape, 2);
  const { result, added } = await against(onto, workload, { ttftMs, gapMs, jitter: 0.3 }, keep);
  const { loopLagMs } = result.health;
  const name = `${streams} stream${streams === 1 ? "" : "s"}, ${result.records.length} requests`;
  table.note(name, `starts spread over ${spreadMs} ms; event loop late by p99 ${ms(loopLagMs.p99)}`);
  for (const metric of METRICS) {
    const { true50, p50, true99, p99 } = added[metric];
    const most = Math.max(MOST_P99_MS, MOST_P99_SHARE * true99);
    const holds = Math.abs(p50) <= MOST_P50_MS && Math.abs(p99) <= most;
    const measured = `p50 ${ms(true50)} ${ms(p50, true)}, p99 ${ms(p99, true)}`;
    table.add(`  ${metric}`, measured, `+- ${MOST_P50_MS} ms, +- ${most.toFixed(1)} ms`, holds);
  }
}

function tellAdded(what: string, { true50, p50, true99, p99 }: Added): void {
  table.note(what, `p50 ${ms(true50)} ${ms(p50, true)}, p99 ${ms(true99)} ${ms(p99, true)}`);
}

/** Ever more tokens a second, until the median to the first token is off by 10%. */
async function ceiling(onto: NullServer): Promise<void> {
  let most = 0;
  for (const tokensPerSec of [CEILING_TOKENS_PER_SEC, 15_000, 20_000, 30_000, 40_000]) {
    const streams = 64 * Math.ceil(tokensPerSec / 20_000);
    const step = await nullStep(onto, { streams, tokensPerSec, durationMs: 3000 * length, keep });
    const { ttftMs, gapMs, cpuPerEventUs = NaN } = step;
    const first = `first token ${ms(ttftMs.added50, true)}, p99 ${ms(ttftMs.added99, true)}`;
    table.note(
      `${tokensPerSec} tokens/s, ${streams} streams`,
      `${step.tokensPerSec.toFixed(0)} reached, ${first}; gap ${ms(gapMs.added50, true)}; ${cpuPerEventUs.toFixed(1)} us each`,
    );
    if (!step.good) break;
    // what was asked for is what it can do: the pace of the server is a little off it to both sides
    most = tokensPerSec;
  }
  const wanted = `>= ${CEILING_TOKENS_PER_SEC} tokens/s`;
  table.add("ceiling, first token within 10%", `${most} tokens/s`, wanted, most >= CEILING_TOKENS_PER_SEC);
}

/** Processor time of a whole client process for each token, beside another's. */
async function cpu(onto: NullServer): Promise<void> {
  const peer = asked.peer === undefined ? undefined : theirCommand(asked.peer, asked.tokenizer, onto.url);
  const mine: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < (asked.quick ? 1 : 2); round++) {
    // ours, theirs, theirs, ours
    const both = [() => cpuPerToken(onto, ourCommand(onto.url, keep)).then((us) => mine.push(us))];
    if (peer) both.push(() => cpuPerToken(onto, peer).then((us) => theirs.push(us)));
    for (const one of round % 2 === 0 ? both : both.toReversed()) await one();
  }
  const tokensPerSec = (1000 * CPU_LOAD.streams * CPU_LOAD.tokens) / (50 + CPU_LOAD.gapMs * (CPU_LOAD.tokens - 1));
  table.note(
    "processor time",
    `${CPU_LOAD.streams} streams, ${tokensPerSec.toFixed(0)} tokens/s, the middle of the run`,
  );
  const each = (values: readonly number[]) => values.map((us) => us.toFixed(1)).join(", ");
  const mean = (values: readonly number[]) => values.reduce((sum, us) => sum + us, 0) / values.length;
  table.add("  a token, ours", `${each(mine)} us`, `<= ${MOST_CPU_US} us`, mean(mine) <= MOST_CPU_US);
  if (peer === undefined) return;
  const ratio = mean(mine) / mean(theirs);
  table.note(`  a token, ${peer.name}`, `${each(theirs)} us`);
  table.add("  ours by theirs", ratio.toFixed(2), `<= ${MOST_OF_PEER}`, ratio <= MOST_OF_PEER);
}
