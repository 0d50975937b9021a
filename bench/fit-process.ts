// `loadout fit MODEL` as a process, compiled, with a cached probe, against Node doing nothing. The two take turns.
// Flags behind it ask about another rig or another context: --gpu rtx-3090.
// Usage: npm run build && node bench/fit-process.ts MODEL [RUNS] [FLAGS OF fit]
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { printMachineCard } from "./machine-card.ts";

const MAIN = join(import.meta.dirname, "../dist/show/cli/main.js");
const [model, count = "20", ...flags] = process.argv.slice(2);
if (model === undefined) {
  console.error("usage: node bench/fit-process.ts MODEL [RUNS] [FLAGS OF fit]");
  process.exit(2);
}

printMachineCard();
const home = mkdtempSync(join(tmpdir(), "loadout-bench-"));
try {
  const env = { ...process.env, LOADOUT_HOME: home };
  const timed = (args: readonly string[]): number => {
    const began = performance.now();
    execFileSync(process.execPath, args, { env, stdio: "ignore" });
    return performance.now() - began;
  };
  const question = [MAIN, "fit", model, ...flags];
  timed(question); // fills the caches of the probe and of compiled code
  const nothing: number[] = [];
  const fit: number[] = [];
  for (let run = 0; run < Number(count); run++) {
    const first = run % 2 === 0;
    if (first) nothing.push(timed(["-e", "0"]));
    fit.push(timed(question));
    if (!first) nothing.push(timed(["-e", "0"]));
  }
  const target = median(nothing) * 1.5 + 100;
  console.log(`node -e 0    median ${median(nothing).toFixed(0)} ms  ${spread(nothing)}`);
  console.log(`loadout fit  median ${median(fit).toFixed(0)} ms  ${spread(fit)}`);
  const holds = median(fit) <= target;
  console.log(`at most node -e 0 x 1.5 + 100 ms = ${target.toFixed(0)} ms: ${holds ? "holds" : "MISSED"}`);
  if (!holds) process.exitCode = 1;
} finally {
  rmSync(home, { recursive: true });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function spread(values: readonly number[]): string {
  return `(${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)}, ${values.length} processes)`;
}
