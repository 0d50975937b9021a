// The loop as a person runs it, again and again in a fresh home: time to the first token, the decode band before any receipt and
// after five runs, and how well each run is predicted by the others. Every run is a process of its own.
// Usage: npm run build && node bench/reply.ts [FILE.gguf] [RUNS]
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunAnswer } from "../src/plan/answer/index.ts";
import { smallModelFolders } from "../tools/small-models.ts";
import { printMachineCard } from "./machine-card.ts";

const MAIN = join(import.meta.dirname, "../dist/show/cli/main.js");
const [given, count = "10"] = process.argv.slice(2);
const file = given ?? firstSmall(await smallModelFolders());

printMachineCard();
const home = mkdtempSync(join(tmpdir(), "loadout-bench-"));
const runs: { predicted: number; low: number; high: number; measured: number }[] = [];
try {
  for (let run = 1; run <= Number(count); run++) {
    const env = { ...process.env, LOADOUT_HOME: home };
    const text = execFileSync(process.execPath, [MAIN, "--model", file, "--json"], {
      env,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const answer: RunAnswer = JSON.parse(text);
    const decode = answer.rates.find(({ what }) => what === "decode");
    if (!decode?.predicted) throw new Error("the run has no decode prediction");
    const { tokensPerSec, low, high } = decode.predicted;
    runs.push({ predicted: tokensPerSec, low, high, measured: decode.actual });
    const first = (answer.measured.startToFirstTokenMs / 1000).toFixed(2);
    console.log(
      `run ${String(run).padStart(2)}: first token after ${first} s; decode ${decode.actual.toFixed(1)} tok/s, ` +
        `predicted ${tokensPerSec.toFixed(1)} (${low.toFixed(1)} to ${high.toFixed(1)}), high/low ${(high / low).toFixed(2)}, ` +
        (decode.insideBand ? "inside" : "OUTSIDE"),
    );
  }
} finally {
  rmSync(home, { recursive: true });
}

const [first] = runs;
const after = runs.slice(5);
report("before any receipt: high/low at most 3 and the band holds", first!.high / first!.low, 3, inside(first!));
if (after[0]) report("after five runs: high/low at most 1.3", after[0].high / after[0].low, 1.3, true);
report("leave-one-run-out median error at most 10%", leaveOneOut(runs.map(({ measured }) => measured)), 0.1, true);
console.log(`inside the band after five runs: ${after.filter(inside).length} of ${after.length} (80% expected)`);

function report(what: string, value: number, most: number, also: boolean): void {
  const holds = value <= most && also;
  console.log(`${what}: ${value.toFixed(3)}, ${holds ? "holds" : "MISSED"}`);
  if (!holds) process.exitCode = 1;
}

function inside({ measured, low, high }: (typeof runs)[number]): boolean {
  return measured >= low && measured <= high;
}

/** Each run predicted by the geometric mean of the others; the median of |predicted / measured - 1|. */
function leaveOneOut(measured: readonly number[]): number {
  const logs = measured.map(Math.log);
  const total = logs.reduce((sum, log) => sum + log, 0);
  const errors = logs
    .map((log) => Math.abs(Math.exp((total - log) / (logs.length - 1) - log) - 1))
    .toSorted((a, b) => a - b);
  return errors[Math.floor(errors.length / 2)]!;
}

function firstSmall(folders: ReadonlyMap<string, string>): string {
  const [entry] = folders;
  if (!entry) throw new Error("no small model");
  return join(entry[1], entry[0]);
}
