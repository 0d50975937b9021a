// Damaged GGUF headers by the hundred thousand: no crash, no hang, every refusal typed.
// Usage: node tools/fuzz-gguf.ts [COUNT] [SEED]     a case is repeated by COUNT 1 and its own seed
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { seededRandom } from "../src/facts/units/index.ts";
import { damaged, outcomeOf, samples } from "./damage.ts";

/** A case takes well under a millisecond; one that takes this long hangs. */
const HANG_MS = 10_000;

interface Report {
  readonly done: number;
  readonly counts: Record<string, number>;
  readonly faults: readonly string[];
  readonly slowestMs: number;
  readonly slowestSeed: number;
}

const count = Number(process.argv[2] ?? 2000);
const seed = Number(process.argv[3] ?? 1);
await (isMainThread ? supervise() : work());

/** The cases run in a thread of their own, so that one that never returns can be named and ended. */
async function supervise(): Promise<void> {
  const started = performance.now();
  const worker = new Worker(new URL(import.meta.url), { argv: [count, seed] });
  let done = 0;
  let report: Report | undefined;
  let watchdog = setTimeout(hang, HANG_MS);
  function hang(): void {
    console.error(`hang: no answer for ${HANG_MS} ms among the 1000 cases from seed ${seed + done}`);
    process.exit(1);
  }
  worker.on("message", (message: Report) => {
    clearTimeout(watchdog);
    done = message.done;
    report = message;
    if (done < count) watchdog = setTimeout(hang, HANG_MS);
  });
  const code = await new Promise<number>((resolve, reject) => {
    worker.on("error", reject);
    worker.on("exit", resolve);
  });
  clearTimeout(watchdog);
  if (!report || code !== 0) throw new Error(`the worker ended with ${code} after ${done} cases`);
  print(report, performance.now() - started);
}

function print(report: Report, totalMs: number): void {
  for (const [outcome, cases] of Object.entries(report.counts).sort(([, a], [, b]) => b - a)) {
    console.log(`${String(cases).padStart(8)}  ${outcome}`);
  }
  for (const fault of report.faults) console.log(`FAULT ${fault}`);
  console.log(
    `${count} cases from seed ${seed} in ${(totalMs / 1000).toFixed(1)} s, slowest ${report.slowestMs.toFixed(1)} ms ` +
      `(seed ${report.slowestSeed}), peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`,
  );
  console.log(report.faults.length === 0 ? "no crash, no hang, every refusal typed" : `${report.faults.length} faults`);
  if (report.faults.length > 0) process.exitCode = 1;
}

async function work(): Promise<void> {
  const good = samples();
  const counts: Record<string, number> = {};
  const faults: string[] = [];
  let slowestMs = 0;
  let slowestSeed = seed;
  for (let index = 0; index < count; index++) {
    const started = performance.now();
    const outcome = await outcomeOf(damaged(good, seededRandom(seed + index)));
    const tookMs = performance.now() - started;
    if (tookMs > slowestMs) [slowestMs, slowestSeed] = [tookMs, seed + index];
    const label = outcome.kind === "refused" ? outcome.code : outcome.kind;
    counts[label] = (counts[label] ?? 0) + 1;
    if (outcome.kind === "fault" && faults.length < 20) faults.push(`seed ${seed + index}: ${outcome.what}`);
    const done = index + 1;
    const report: Report = { done, counts, faults, slowestMs, slowestSeed };
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
    if (done % 1000 === 0 || done === count) parentPort?.postMessage(report);
  }
}
