// One thread of the bandwidth measurement: touches its memory, waits for the others, copies until the time is over.
import { parentPort, workerData } from "node:worker_threads";
import type { CopyTask } from "./bandwidth.ts";

const task: CopyTask = workerData;
const gate = new Int32Array(task.gate);
const source = new Uint8Array(task.blockBytes).fill(1);
const target = new Uint8Array(task.blockBytes).fill(2);

Atomics.add(gate, 0, 1);
Atomics.notify(gate, 0);
while (Atomics.load(gate, 0) < task.threads) Atomics.wait(gate, 0, Atomics.load(gate, 0), 50);

const start = performance.now();
let copies = 0;
let now = start;
do {
  target.set(source);
  copies++;
  now = performance.now();
} while (now - start < task.ms);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.postMessage({ copiedBytes: copies * task.blockBytes, ms: now - start });
