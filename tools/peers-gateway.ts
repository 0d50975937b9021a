// The same work through other gateways, in the same run: LiteLLM, Portkey, vllm-router, the 12-line pipe and ours before one
// null server, alternating. Usage: node tools/peers-gateway.ts [--cache DIR] [--rounds N] [--only NAME,NAME]
//   --cache holds what is installed (outside of the checkout); what is missing is installed there with pip and npm.
import { homedir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Child } from "../bench/gateway/child.ts";
import { type Load, runStreams, takeLog } from "../bench/gateway/client.ts";
import { judge, quantile, type Sample, sampleOf } from "../bench/gateway/sample.ts";
import { printMachineCard } from "../bench/machine-card.ts";
import { GATEWAY_PEERS, type PeerProcess } from "./peers/gateways.ts";

const { values } = parseArgs({
  options: {
    cache: {
      type: "string",
      default: join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "loadout-peers", "gateway"),
    },
    rounds: { type: "string", default: "3" },
    only: { type: "string", default: GATEWAY_PEERS.map(({ name }) => name).join(",") },
  },
});
const rounds = Number(values.rounds);
const LOADS: readonly Load[] = [50, 200].map((streams) => ({ streams, tokens: 25, gapMs: 40, ttftMs: 50, rounds: 1 }));

/** Compiled and connected before it is measured. */
const WARM_UP: Load = { streams: 20, tokens: 5, gapMs: 20, ttftMs: 20, rounds: 10 };

/** Something in the middle, or nothing (direct). */
interface Path {
  readonly name: string;
  readonly port: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cpuUs: () => Promise<number>;
  readonly stop: () => void;
}

printMachineCard();
const truth = await Child.start("null-server.ts", []);
const paths: Path[] = [ownPath("direct", truth)];
try {
  for (const name of ["pipe", "ours"]) paths.push(ownPath(name, await Child.start(`${name}.ts`, [truth.port])));
  for (const peer of GATEWAY_PEERS) {
    if (!values.only.split(",").includes(peer.name)) continue;
    const started = await peer.start(truth.port, values.cache);
    if ("absent" in started) {
      console.log(`${peer.name}: not asked, ${started.absent}`);
      process.exitCode = 1;
    } else paths.push(peerPath(peer.name, started));
  }
  for (const { port, headers } of paths) await runStreams(port, { ...WARM_UP, headers });
  for (const load of LOADS) report(load, await rounded(load));
} finally {
  for (const { stop } of paths) stop();
}

/** By path: a sample of each round; paths alternate. */
async function rounded(load: Load): Promise<ReadonlyMap<Path, readonly Sample[]>> {
  const samples = new Map<Path, Sample[]>(paths.map((path) => [path, []]));
  for (let round = 0; round < rounds; round++) {
    for (const path of round % 2 === 0 ? paths : paths.toReversed())
      samples.get(path)!.push(await measured(path, load));
  }
  return samples;
}

async function measured({ port, headers, cpuUs }: Path, load: Load): Promise<Sample> {
  await takeLog(truth.port);
  const before = await cpuUs();
  const times = await runStreams(port, { ...load, headers });
  return sampleOf(times, await takeLog(truth.port), (await cpuUs()) - before);
}

function report(load: Load, samples: ReadonlyMap<Path, readonly Sample[]>): void {
  const [direct] = paths;
  const first = ({ firstMs }: Sample) => quantile(firstMs, 0.5);
  const median = (path: Path, value: (sample: Sample, round: number) => number) =>
    quantile(samples.get(path)!.map(value), 0.5);
  const added = (path: Path) => median(path, (sample, round) => first(sample) - first(samples.get(direct!)![round]!));
  const cpu = (path: Path) => median(path, ({ cpuUs, tokens }) => cpuUs / tokens);
  console.log(`\n${load.streams} streams x ${1000 / load.gapMs} tokens/s, medians of ${rounds} rounds`);
  for (const path of paths.slice(1)) {
    const merged = samples.get(path)!.reduce((sum, sample) => sum + sample.merged, 0);
    console.log(
      `${path.name.padEnd(12)} adds ${added(path).toFixed(2)} ms to the first byte; ` +
        `CPU ${(cpu(path) / 1000).toFixed(3)} s per 1,000 tokens; ${merged} tokens merged`,
    );
  }
  const ours = paths.find(({ name }) => name === "ours")!;
  for (const { name, cpuAtMost, addedAtMost } of GATEWAY_PEERS) {
    const peer = paths.find((path) => path.name === name);
    if (peer && cpuAtMost) judge(`CPU per token, times ${name}'s`, cpu(ours) / cpu(peer), cpuAtMost);
    if (peer && addedAtMost) judge(`added to the first byte, times ${name}'s`, added(ours) / added(peer), addedAtMost);
  }
}

function ownPath(name: string, child: Child): Path {
  const cpuUs = async () => (await child.used()).cpuUs;
  return { name, port: child.port, headers: {}, cpuUs, stop: () => child.stop() };
}

function peerPath(name: string, { port, headers, cpuUs, stop }: PeerProcess): Path {
  return { name, port, headers, cpuUs: () => Promise.resolve(cpuUs()), stop };
}
