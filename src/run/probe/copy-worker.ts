// One thread of the bandwidth measurement: touches its memory; then, round by round, waits for the others and copies until
// the round's time is over.
import { parentPort, workerData } from "node:worker_threads";
import type { CopyRound, CopyTask } from "./bandwidth.ts";

const task: CopyTask = workerData;
const gate = new Int32Array(task.gate);
const source = new Uint8Array(task.blockBytes).fill(1);
const target = new Uint8Array(task.blockBytes).fill(2);

const rounds: CopyRound[] = [];
for (let round = 1; round <= task.rounds; round++) {
  Atomics.add(gate, 0, 1);
  Atomics.notify(gate, 0);
  for (let ready = Atomics.load(gate, 0); ready < task.threads * round; ready = Atomics.load(gate, 0)) {
    Atomics.wait(gate, 0, ready, 50);
  }
  const start = performance.now();
  let copies = 0;
  let now = start;
  do {
    target.set(source);
    copies++;
    now = performance.now();
  } while (now - start < task.roundMs);
  rounds.push({ copiedBytes: copies * task.blockBytes, ms: now - start });
}
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.postMessage(rounds);
