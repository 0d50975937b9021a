// `loadout gpus --for MODEL` as a process, compiled: the whole catalog ranked, everything shown replayed. On a shared machine the
// fastest run counts. Usage: npm run build && node bench/gpus-process.ts [RUNS] [MODEL...]
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { printMachineCard } from "./machine-card.ts";

const MAIN = join(import.meta.dirname, "../dist/show/cli/main.js");
const MOST_MS = 1500;
const [count = "5", ...typed] = process.argv.slice(2);
const models = typed.length > 0 ? typed : ["qwen3-8b", "qwen3.6-27b", "qwen3-30b-a3b", "gpt-oss-120b"];

printMachineCard();
const home = mkdtempSync(join(tmpdir(), "loadout-bench-"));
try {
  const env = { ...process.env, LOADOUT_HOME: home };
  for (const model of models) {
    const times = Array.from({ length: Number(count) }, () => {
      const began = performance.now();
      execFileSync(process.execPath, [MAIN, "gpus", "--for", model, "--context", "32k", "--users", "4"], {
        env,
        stdio: "ignore",
      });
      return performance.now() - began;
    });
    const best = Math.min(...times);
    const holds = best <= MOST_MS;
    console.log(
      `${model.padEnd(16)} best ${best.toFixed(0)} ms, worst ${Math.max(...times).toFixed(0)}: ${holds ? "holds" : "MISSED"}`,
    );
    if (!holds) process.exitCode = 1;
  }
} finally {
  rmSync(home, { recursive: true });
}
