import { Worker } from "node:worker_threads";
import { codeFile } from "../home/index.ts";
import { fields, items } from "./parsers/cells.ts";
import type { Bandwidth } from "./report.ts";

/** What a thread of the measurement is told. */
export interface CopyTask {
  readonly threads: number;
  /** of each of its two blocks */
  readonly blockBytes: number;
  readonly rounds: number;
  readonly roundMs: number;
  /** shared counter of threads that are ready: threads x rounds at the end */
  readonly gate: SharedArrayBuffer;
}

/** What a thread did in a round. */
export interface CopyRound {
  readonly copiedBytes: number;
  readonly ms: number;
}

/** Of each thread, twice: more than the part of a cache that one core can have to itself (32 MiB on server chips). */
const BLOCK_BYTES = 96 * 2 ** 20;
const LEAST_BLOCK_BYTES = 16 * 2 ** 20;
/** More threads than this add nothing on one socket and cost start time. */
const MOST_THREADS = 16;
/** The best of a few short rounds, because other programs only ever make it look slower. */
const ROUNDS = 3;
const ROUND_MS = 100;

/**
 * Measures the host's memory bandwidth: every thread copies a block of its own, read and written bytes are counted. Runs in
 * worker threads, so the caller's loop is free; under a second in all. Nothing when there is too little memory to measure
 * without disturbing others, or when not all threads could run.
 */
export async function measureCopyBandwidth(threads: number, availableBytes: number): Promise<Bandwidth | undefined> {
  const count = Math.max(1, Math.min(threads, MOST_THREADS));
  const blockBytes = Math.min(BLOCK_BYTES, Math.floor(availableBytes / 8 / count));
  if (blockBytes < LEAST_BLOCK_BYTES) return undefined;
  const task: CopyTask = {
    threads: count,
    blockBytes,
    rounds: ROUNDS,
    roundMs: ROUND_MS,
    gate: new SharedArrayBuffer(4),
  };
  const done = await Promise.all(Array.from({ length: count }, () => runThread(task)));
  if (done.some((rounds) => rounds.length < ROUNDS)) return undefined;
  const rates = Array.from({ length: ROUNDS }, (_, round) =>
    done.reduce((sum, rounds) => sum + perSecond(rounds[round]), 0),
  );
  return {
    bytesPerSec: Math.max(...rates),
    threads: count,
    seconds: (ROUNDS * ROUND_MS) / 1000,
    method: `${count} threads each copy a block of ${Math.round(blockBytes / 2 ** 20)} MiB, best of ${ROUNDS} rounds; bytes read and written`,
  };
}

/** A copy reads and writes each byte. */
function perSecond(round: CopyRound | undefined): number {
  return round === undefined ? 0 : (2 * round.copiedBytes * 1000) / round.ms;
}

function runThread(task: CopyTask): Promise<CopyRound[]> {
  return new Promise((resolve) => {
    // The worker is a file beside this one, with this one's ending: .ts as written, .js as built.
    const worker = new Worker(codeFile("run/probe/copy-worker"), {
      workerData: task,
    });
    worker.once("message", (message: unknown) => resolve(items(message).flatMap(readRound)));
    worker.once("error", () => {
      // The others wait for this thread: let them go on.
      Atomics.add(new Int32Array(task.gate), 0, task.threads * task.rounds);
      Atomics.notify(new Int32Array(task.gate), 0);
      resolve([]);
    });
  });
}

function readRound(value: unknown): CopyRound[] {
  const { copiedBytes, ms } = fields(value);
  const good = typeof copiedBytes === "number" && typeof ms === "number" && copiedBytes > 0 && ms > 0;
  return good ? [{ copiedBytes, ms }] : [];
}
