// Asks others the questions that the truth rows answer, and sets their answers and ours against the library's own sizes.
// Usage: node tools/peers.ts [--count 200] [--seed 1] [--cache DIR] [--each]
//   --cache holds what is installed and the files asked about (outside of the checkout); --each prints every row where a peer is nearer.
import { homedir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { formatPercent } from "../src/facts/units/index.ts";
import { ggufParser } from "./peers/gguf-parser.ts";
import { nodeLlamaCppDryRun, nodeLlamaCppEstimate } from "./peers/node-llama-cpp.ts";
import type { Peer, PeerAnswer, Sizes } from "./peers/peer.ts";
import { drawnRows, type AskedRow } from "./peers/questions.ts";
import { farther, scorePeer, type PeerScore } from "./peers/score.ts";

const PEERS: readonly Peer[] = [ggufParser, nodeLlamaCppEstimate, nodeLlamaCppDryRun];
const TRUTH = join(import.meta.dirname, "../data/truth/llamacpp-buffers-b11434.jsonl");

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      count: { type: "string", default: "200" },
      seed: { type: "string", default: "1" },
      cache: {
        type: "string",
        default: join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "loadout-peers"),
      },
      each: { type: "boolean", default: false },
    },
  });
  const rows = drawnRows(TRUTH, join(values.cache, "files"), Number(values.seed), Number(values.count));
  const questions = rows.map(({ question }) => question);
  console.log(`${rows.length} questions of ${new Set(rows.map(({ name }) => name)).size} models, seed ${values.seed}`);
  print(
    scorePeer(
      "ours",
      rows,
      rows.map(({ ours }) => ours),
    ),
  );
  for (const peer of PEERS) {
    const answers = await peer.ask(questions, values.cache);
    if ("absent" in answers) {
      console.log(`${peer.name}: not asked, needs ${answers.absent}`);
      process.exitCode = 1;
      continue;
    }
    print(scorePeer(peer.name, rows, answers));
    compare(peer, rows, answers, values.each);
  }
}

function print(scores: readonly PeerScore[]): void {
  for (const { peer, term, rows, refused, median, p95, under } of scores) {
    const figures = `median ${formatPercent(median)}, p95 ${formatPercent(p95)}, under ${formatPercent(under)}`;
    console.log(`${peer.padEnd(34)} ${term.padEnd(8)} ${rows} rows, ${refused} refused, ${figures}`);
  }
}

/** Rows on which ours is farther from the library's size than theirs: there should be none. */
function compare(peer: Peer, rows: readonly AskedRow[], answers: readonly PeerAnswer[], each: boolean): void {
  const worse = farther(rows, answers);
  console.log(`${peer.name}: nearer than ours on ${worse.length} figures`);
  if (worse.length > 0) process.exitCode = 1;
  for (const { row, term, theirs } of each ? worse : worse.slice(0, 5)) {
    const of = (sizes: Sizes): string => String(sizes[term]);
    console.log(
      `    line ${row.line} ${row.name} ${term}: ours ${of(row.ours)}, theirs ${theirs}, the library ${of(row.truth)}`,
    );
  }
}

if (import.meta.main) await main();
