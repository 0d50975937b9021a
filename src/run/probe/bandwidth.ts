import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { fields } from "./parsers/cells.ts";
import type { Bandwidth } from "./report.ts";

/** What a thread of the measurement is told. */
export interface CopyTask {
  readonly threads: number;
  /** of each of its two blocks */
  readonly blockBytes: number;
  readonly ms: number;
  /** shared counter of threads that are ready */
  readonly gate: SharedArrayBuffer;
}

/** Together the blocks must be far larger than any cache (server chips have up to 1 GiB, desktops up to 128 MiB). */
const ALL_BLOCKS_BYTES = 512 * 2 ** 20;
const LEAST_BLOCK_BYTES = 16 * 2 ** 20;
/** More threads than this add nothing on one socket and cost start time. */
const MOST_THREADS = 16;
const TIMED_MS = 350;

/**
 * Measures the host's memory bandwidth: every thread copies a block of its own for a third of a second, read and written
 * bytes are counted. Runs in worker threads, so the caller's loop is free; under a second in all. Nothing when there is too
 * little memory to measure without disturbing others, or when no thread could run.
 */
export async function measureCopyBandwidth(threads: number, availableBytes: number): Promise<Bandwidth | undefined> {
  const count = Math.max(1, Math.min(threads, MOST_THREADS));
  const wanted = Math.max(Math.floor(ALL_BLOCKS_BYTES / 2 / count), LEAST_BLOCK_BYTES);
  const blockBytes = Math.min(wanted, Math.floor(availableBytes / 8 / count));
  if (blockBytes < LEAST_BLOCK_BYTES) return undefined;
  const gate = new SharedArrayBuffer(4);
  const task: CopyTask = { threads: count, blockBytes, ms: TIMED_MS, gate };
  const results = await Promise.all(Array.from({ length: count }, () => runThread(task)));
  const done = results.filter((result) => result !== undefined);
  if (done.length < count) return undefined;
  const bytesPerSec = done.reduce((sum, { copiedBytes, ms }) => sum + (2 * copiedBytes * 1000) / ms, 0);
  return {
    bytesPerSec,
    threads: count,
    seconds: Math.max(...done.map(({ ms }) => ms)) / 1000,
    method: `${count} threads each copy a block of ${Math.round(blockBytes / 2 ** 20)} MiB; bytes read and written`,
  };
}

function runThread(task: CopyTask): Promise<{ copiedBytes: number; ms: number } | undefined> {
  return new Promise((resolve) => {
    // The worker is a file beside this one, with this one's ending: .ts as written, .js as built.
    const worker = new Worker(new URL(`./copy-worker${extname(import.meta.url)}`, import.meta.url), {
      workerData: task,
    });
    worker.once("message", (message: unknown) => {
      const { copiedBytes, ms } = fields(message);
      const good = typeof copiedBytes === "number" && typeof ms === "number" && copiedBytes > 0 && ms > 0;
      resolve(good ? { copiedBytes, ms } : undefined);
    });
    worker.once("error", () => {
      // The others wait for this thread: let them go on.
      Atomics.add(new Int32Array(task.gate), 0, 1);
      Atomics.notify(new Int32Array(task.gate), 0);
      resolve(undefined);
    });
  });
}
