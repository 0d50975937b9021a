// What the gateway adds between a client and an engine, beside the least a Node process can add (a 12-line pipe). Client,
// gateway, pipe and null server are processes of their own; rounds alternate direct, pipe, ours; what the null server logged
// is the truth. Usage: node bench/gateway.ts [--rounds N] [--quick]
// The machine may be busy: a round is short, paths follow each other closely, each round gives one difference and the median
// of the rounds counts, so that a busy second spoils one round and not the result.
import { Child } from "./gateway/child.ts";
import { burst, type Load, pause, runStreams, takeLog, takeTurns } from "./gateway/client.ts";
import { judge, quantile, type Sample, sampleOf } from "./gateway/sample.ts";
import { printMachineCard } from "./machine-card.ts";

const quick = process.argv.includes("--quick");
const asked = process.argv.indexOf("--rounds");
const rounds = asked < 0 ? (quick ? 3 : 9) : Number(process.argv[asked + 1]);
const LOADS: readonly Load[] = [
  { streams: 1, tokens: 20, gapMs: 50, ttftMs: 50, rounds: 2 },
  { streams: 50, tokens: 20, gapMs: 50, ttftMs: 50, rounds: 1 },
  { streams: 200, tokens: 20, gapMs: 50, ttftMs: 50, rounds: 1 },
];
/** One stream at a time, a token each: of 300 requests a p99 is the third worst and not the worst. */
const ALONE = { count: 300, load: { streams: 1, tokens: 1, gapMs: 50, ttftMs: 10, rounds: 1 } };
const BURST = { count: 1000, concurrency: 50 };
const MEMORY_STREAMS = { few: 100, many: quick ? 300 : 600 };

printMachineCard();
const truth = await Child.start("null-server.ts", []);
const pipe = await Child.start("pipe.ts", [truth.port]);
const ours = await Child.start("ours.ts", [truth.port]);
const paths = { direct: truth, pipe, ours } as const;
type Path = keyof typeof paths;
type Samples = Readonly<Record<Path, readonly Sample[]>>;
const NAMES: readonly Path[] = ["direct", "pipe", "ours"];

try {
  for (const child of [pipe, ours]) await burst(child.port, 2000, 20); // compiled before it is measured
  await memory();
  await alone();
  await allStreams();
  await bursts(Math.max(rounds, 7));
  await closing();
} finally {
  for (const child of [truth, pipe, ours]) child.stop();
}

/** The first byte of a stream that is alone. Turns alternate by request: with few requests a round, one busy moment is the tail. */
async function alone(): Promise<void> {
  const { count, load } = ALONE;
  const samples: Record<Path, Sample[]> = { direct: [], pipe: [], ours: [] };
  const ports = NAMES.map((name) => paths[name].port);
  for (let round = 0; round < Math.max(3, Math.ceil(rounds / 2)); round++) {
    await takeLog(truth.port);
    const times = await takeTurns(ports, count, load);
    const log = await takeLog(truth.port);
    for (const [place, name] of NAMES.entries()) samples[name].push(sampleOf(times[place]!, log, 0));
  }
  console.log(`\n1 stream at a time, ${samples.ours.length} rounds of ${count} requests a path`);
  firstBytes(samples);
}

async function allStreams(): Promise<void> {
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
    report(load, samples);
  }
}

function report(load: Load, samples: Samples): void {
  const cpuUs = (name: Path) => middle(samples[name].map((sample) => sample.cpuUs / sample.tokens));
  const late = (name: Path) => middle(samples[name].map((sample) => sample.late / sample.tokens));
  const merged = (name: Path) => samples[name].reduce((sum, sample) => sum + sample.merged, 0);
  const requests = samples.ours.reduce((sum, { firstMs }) => sum + firstMs.length, 0);
  console.log(
    `\n${load.streams} streams x ${1000 / load.gapMs} tokens/s, ${rounds} rounds, ${requests} requests a path`,
  );
  for (const name of NAMES) {
    console.log(
      `  ${name.padEnd(6)} CPU ${(cpuUs(name) / 1000).toFixed(3)} s per 1,000 tokens; ` +
        `tokens merged ${merged(name)}, later than the next ${(late(name) * 100).toFixed(1)}%`,
    );
  }
  judge("CPU per token, times the pipe's", cpuUs("ours") / cpuUs("pipe"), 1.3);
  judge("tokens merged", merged("ours"), merged("pipe"));
  if (load.streams === 1) return; // its first byte was measured, and of its few tokens one late one would be a share
  firstBytes(samples);
  judge("share of tokens later than the next, beyond the pipe's", late("ours") - late("pipe"), 0.01);
}

/** What is added to the first byte, as the median of the rounds' differences to the direct way. */
function firstBytes(samples: Samples): void {
  const first = ({ firstMs }: Sample, part: number) => quantile(firstMs, part);
  const added = (name: Path, part: number) =>
    middle(samples[name].map((sample, round) => first(sample, part) - first(samples.direct[round]!, part)));
  for (const name of NAMES) {
    const [median, tail] = [0.5, 0.99].map((part) =>
      middle(samples[name].map((sample) => first(sample, part))).toFixed(2),
    );
    console.log(`  ${name.padEnd(6)} on the way to the first byte p50 ${median} p99 ${tail} ms`);
  }
  for (const part of [0.5, 0.99]) {
    const [mine, least] = [added("ours", part), added("pipe", part)];
    console.log(`  added to the first byte, p${part * 100}: ours ${mine.toFixed(2)} ms, pipe ${least.toFixed(2)} ms`);
    if (least > 0) judge("times the pipe's", mine / least, part === 0.5 ? 1.4 : 2);
    else {
      console.log("  NOT MEASURED: the machine was so busy that the direct way was slower than the pipe");
      process.exitCode = 1;
    }
  }
}

function middle(values: readonly number[]): number {
  return quantile(values, 0.5);
}

async function bursts(times: number): Promise<void> {
  const rates: Record<Path, number[]> = { direct: [], pipe: [], ours: [] };
  for (let round = 0; round < times; round++) {
    for (const name of round % 2 === 0 ? NAMES : NAMES.toReversed()) {
      const { perSec, lost } = await burst(paths[name].port, BURST.count, BURST.concurrency);
      if (lost > 0) throw new Error(`${name}: ${lost} requests lost`);
      rates[name].push(perSec);
    }
  }
  console.log(`\nburst of ${BURST.count} requests, ${BURST.concurrency} at once`);
  for (const name of NAMES)
    console.log(`  ${name.padEnd(7)} ${rates[name].map((rate) => rate.toFixed(0)).join(" ")} requests/s`);
  judge("the pipe's rate over ours", quantile(rates.pipe, 0.5) / quantile(rates.ours, 0.5), 1 / 0.7);
}

/** What one more open stream holds: resident memory with many open against a few, in a process that has served before. */
async function memory(): Promise<void> {
  const { few, many } = MEMORY_STREAMS;
  console.log(`\nmemory with ${many} streams open against ${few}`);
  for (const name of ["pipe", "ours"] as const) {
    const child = await Child.start(`${name}.ts`, [truth.port]);
    await burst(child.port, 1000, 20);
    const at = async (streams: number) => {
      const running = runStreams(child.port, { streams, tokens: 6, gapMs: 1000, ttftMs: 200, rounds: 2 });
      await pause(7000); // every place has its stream open
      const used = await child.used("clean");
      await running;
      return used;
    };
    const [small, large] = [await at(few), await at(many)];
    const each = (large.rssBytes - small.rssBytes) / (many - few) / 1000;
    const heap = (large.heapBytes - small.heapBytes) / (many - few) / 1000;
    console.log(
      `  ${name.padEnd(6)} ${each.toFixed(1)} kB resident a stream (${heap.toFixed(1)} kB of it on the heap)`,
    );
    if (name === "ours") judge("kB a stream", each, 60);
    child.stop();
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
