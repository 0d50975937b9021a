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
const LOAD: Load = { streams: 20, tokens: 20, gapMs: 50, ttftMs: 50, rounds: 1 };

/** Something in the middle, or nothing (direct). */
interface Path {
  readonly name: string;
  readonly port: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cpuUs: () => Promise<number>;
  readonly stop: () => void;
  readonly samples: Sample[];
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
  for (const { port, headers } of paths) await runStreams(port, { ...LOAD, streams: 5, tokens: 5, headers });
  for (let round = 0; round < rounds; round++) {
    for (const path of round % 2 === 0 ? paths : paths.toReversed()) await measure(path);
  }
  report();
} finally {
  for (const { stop } of paths) stop();
}

async function measure({ port, headers, cpuUs, samples }: Path): Promise<void> {
  await takeLog(truth.port);
  const before = await cpuUs();
  const times = await runStreams(port, { ...LOAD, headers });
  samples.push(sampleOf(times, await takeLog(truth.port), (await cpuUs()) - before));
}

function report(): void {
  const [direct] = paths;
  const first = ({ firstMs }: Sample) => quantile(firstMs, 0.5);
  const median = (path: Path, value: (sample: Sample, round: number) => number) =>
    quantile(path.samples.map(value), 0.5);
  const added = (path: Path) => median(path, (sample, round) => first(sample) - first(direct!.samples[round]!));
  const cpu = (path: Path) => median(path, ({ cpuUs, tokens }) => cpuUs / tokens);
  console.log(`${LOAD.streams} streams x ${1000 / LOAD.gapMs} tokens/s, medians of ${rounds} rounds`);
  for (const path of paths.slice(1)) {
    const merged = path.samples.reduce((sum, sample) => sum + sample.merged, 0);
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
  return {
    name,
    port: child.port,
    headers: {},
    cpuUs: async () => (await child.used()).cpuUs,
    stop: () => child.stop(),
    samples: [],
  };
}

function peerPath(name: string, { port, headers, cpuUs, stop }: PeerProcess): Path {
  return { name, port, headers, cpuUs: () => Promise.resolve(cpuUs()), stop, samples: [] };
}
