// What the gateway adds between a client and an engine, beside the least a Node process can add (a 12-line pipe). Client,
// gateway, pipe and null server are processes of their own; rounds alternate direct, pipe, ours; what the null server logged
// is the truth. Usage: node bench/gateway.ts [--rounds N] [--quick]
import { Child } from "./gateway/child.ts";
import { burst, type Load, pause, runStreams, takeLog } from "./gateway/client.ts";
import { judge, quantile, type Sample, sampleOf } from "./gateway/sample.ts";
import { printMachineCard } from "./machine-card.ts";

const quick = process.argv.includes("--quick");
const rounds = Number(process.argv[process.argv.indexOf("--rounds") + 1] || (quick ? 1 : 3));
const LOADS: readonly Load[] = [
  { streams: 1, tokens: 10, gapMs: 50, ttftMs: 50, rounds: quick ? 4 : 12 },
  { streams: 50, tokens: 20, gapMs: 50, ttftMs: 50, rounds: quick ? 1 : 3 },
  { streams: 200, tokens: 20, gapMs: 50, ttftMs: 50, rounds: quick ? 1 : 3 },
];
const BURST = { count: quick ? 1000 : 4000, concurrency: 50 };
const MEMORY_STREAMS = quick ? 200 : 500;

printMachineCard();
const truth = await Child.start("null-server.ts", []);
const pipe = await Child.start("pipe.ts", [truth.port]);
const ours = await Child.start("ours.ts", [truth.port]);
const paths = { direct: truth, pipe, ours } as const;
type Path = keyof typeof paths;
const NAMES: readonly Path[] = ["direct", "pipe", "ours"];

try {
  for (const child of [pipe, ours]) await burst(child.port, 2000, 20); // compiled before it is measured
  await memory();
  await streams();
  await bursts();
  await closing();
} finally {
  for (const child of [truth, pipe, ours]) child.stop();
}

async function streams(): Promise<void> {
  for (const load of LOADS) {
    const samples: Record<Path, Sample[]> = { direct: [], pipe: [], ours: [] };
    for (let round = 0; round < rounds; round++) {
      for (const name of round % 2 === 0 ? NAMES : NAMES.toReversed()) {
        await takeLog(truth.port);
        const before = await paths[name].used();
        const times = await runStreams(paths[name].port, load);
        const after = await paths[name].used();
        samples[name].push(sampleOf(times, await takeLog(truth.port), after.cpuUs - before.cpuUs));
      }
    }
    const added = (name: Path, part: number) =>
      quantile(
        samples[name].flatMap((sample) => sample.firstMs),
        part,
      ) -
      quantile(
        samples.direct.flatMap((sample) => sample.firstMs),
        part,
      );
    const cpu = (name: Path) =>
      samples[name].reduce((sum, { cpuUs }) => sum + cpuUs, 0) /
      samples[name].reduce((sum, { tokens }) => sum + tokens, 0) /
      1000; // CPU s per 1,000 tokens = us per token / 1,000
    const total = (name: Path, what: "late" | "merged" | "tokens") =>
      samples[name].reduce((sum, sample) => sum + sample[what], 0);
    console.log(
      `\n${load.streams} streams x ${1000 / load.gapMs} tokens/s, ${samples.ours.flatMap((s) => s.firstMs).length} requests a path`,
    );
    for (const name of NAMES) {
      const first = samples[name].flatMap((sample) => sample.firstMs);
      console.log(
        `  ${name.padEnd(7)} first byte p50 ${quantile(first, 0.5).toFixed(2)} p99 ${quantile(first, 0.99).toFixed(2)} ms on the way; ` +
          `CPU ${cpu(name).toFixed(3)} s per 1,000 tokens; ${total(name, "merged")} merged, ${total(name, "late")} late of ${total(name, "tokens")}`,
      );
    }
    judge("added to first token p50, times the pipe's", added("ours", 0.5) / added("pipe", 0.5), 1.4);
    judge("added to first token p99, times the pipe's", added("ours", 0.99) / added("pipe", 0.99), 2);
    judge("CPU per token, times the pipe's", cpu("ours") / cpu("pipe"), 1.3);
    judge(
      "tokens merged or late, beyond the pipe's",
      total("ours", "merged") + total("ours", "late") - total("pipe", "merged") - total("pipe", "late"),
      0,
    );
  }
}

async function bursts(): Promise<void> {
  const rates: Record<Path, number[]> = { direct: [], pipe: [], ours: [] };
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? NAMES : NAMES.toReversed()) {
      const { perSec, lost } = await burst(paths[name].port, BURST.count, BURST.concurrency);
      if (lost > 0) throw new Error(`${name}: ${lost} requests lost`);
      rates[name].push(perSec);
    }
  }
  console.log(`\nburst of ${BURST.count} requests, ${BURST.concurrency} at once`);
  for (const name of NAMES)
    console.log(`  ${name.padEnd(7)} ${rates[name].map((rate) => rate.toFixed(0)).join(" ")} requests/s`);
  judge("pipe's rate over ours", quantile(rates.pipe, 0.5) / quantile(rates.ours, 0.5), 1 / 0.7);
}

/** Resident memory with many slow streams open, against the same process with a few: what a stream holds. */
async function memory(): Promise<void> {
  console.log(`\nmemory with ${MEMORY_STREAMS} streams open`);
  for (const name of ["pipe", "ours"] as const) {
    const child = await Child.start(`${name}.ts`, [truth.port]);
    await runStreams(child.port, { streams: 20, tokens: 5, gapMs: 20, ttftMs: 20, rounds: 2 });
    const before = await child.used("clean");
    const running = runStreams(child.port, { streams: MEMORY_STREAMS, tokens: 12, gapMs: 400, ttftMs: 200, rounds: 2 });
    await pause(7000); // every place has its stream open
    const open = await child.used("clean");
    await running;
    const after = await child.used("clean");
    child.stop();
    const each = (open.rssBytes - before.rssBytes) / MEMORY_STREAMS / 1000;
    const heap = (open.heapBytes - before.heapBytes) / MEMORY_STREAMS / 1000;
    console.log(
      `  ${name.padEnd(7)} ${each.toFixed(1)} kB resident a stream (${heap.toFixed(1)} kB of it on the heap); ` +
        `after: ${((after.rssBytes - before.rssBytes) / 1e6).toFixed(1)} MB more than before`,
    );
    if (name === "ours") judge("kB a stream", each, 60);
  }
}

/** An engine that promises to keep connections and closes them after each answer: how many requests are lost. */
async function closing(): Promise<void> {
  const rude = await Child.start("null-server.ts", ["--close"]);
  const before = await Child.start("ours.ts", [rude.port]);
  const plain = await Child.start("pipe.ts", [rude.port]);
  const count = quick ? 2000 : 10_000;
  try {
    const { lost: pipeLost } = await burst(plain.port, count, 20);
    const { lost } = await burst(before.port, count, 20);
    console.log(`\nupstream that closes after each answer: the pipe loses ${pipeLost} of ${count}, ours ${lost}`);
    judge("requests lost", lost, 0);
  } finally {
    for (const child of [rude, before, plain]) child.stop();
  }
}
