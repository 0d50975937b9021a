// Events that the lane policy decides in a second of processor time, in one thread: a machine of 8 slots with chats and batch from 16 keys.
// Usage: node bench/lanes.ts [EVENTS] [WAITING]
import { LanePolicy, type LaneEvent } from "../src/predict/serving/index.ts";

const events = Number(process.argv[2] ?? 3_000_000);
/** batch requests that wait all the time */
const waiting = Number(process.argv[3] ?? 1000);

function run(preemption: "rests" | "cut"): number {
  const policy = new LanePolicy({
    slots: 8,
    reserved: 2,
    holdMs: 0,
    preemption,
    quietMs: 50,
    agingMs: 10_000,
    queue: { interactive: 100, batch: 1e6 },
    patienceMs: { interactive: 60_000, batch: Infinity },
  });
  const inside: number[] = [];
  const cut: number[] = [];
  const seen = { events: 0 };
  let atMs = 0;
  let id = 0;
  const tell = (event: LaneEvent) => {
    seen.events++;
    for (const decision of policy.handle(event)) {
      if (decision.kind === "dispatch") inside.push(decision.id);
      else if (decision.kind === "cut") cut.push(decision.id);
    }
  };
  const come = (lane: "interactive" | "batch") => {
    id++;
    tell({ kind: "arrived", id, lane, key: `key ${id % 16}`, costTokens: 1 + ((id * 7919) % 500), atMs });
  };
  for (let count = 0; count < waiting; count++) come("batch");
  const began = process.cpuUsage().user;
  const before = seen.events;
  for (let round = 0; seen.events - before < events; round++) {
    atMs += 1;
    if (round % 5 === 0) come("interactive");
    else if (policy.counts().batch.waiting < waiting) come("batch");
    for (let gone = cut.pop(); gone !== undefined; gone = cut.pop()) {
      const at = inside.indexOf(gone);
      if (at >= 0) inside.splice(at, 1);
      tell({ kind: "cut", id: gone, atMs });
    }
    const done = inside.shift();
    if (done === undefined) {
      tell({ kind: "tick", atMs });
      continue;
    }
    tell({ kind: "started", id: done, atMs });
    tell({ kind: "ended", id: done, atMs });
  }
  return (seen.events - before) / ((process.cpuUsage().user - began) / 1e6);
}

for (const preemption of ["rests", "cut", "rests", "cut"] as const)
  console.log(`${preemption}: ${(run(preemption) / 1e6).toFixed(2)} million events a second, ${waiting} waiting`);
