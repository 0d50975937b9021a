// Time and memory of reading a large GGUF header from a local file: 150,000 tokens, 280,000 merges, 1,200 tensors, 9 MB.
// Every figure is from a process of its own, since the first reading is the one people wait for.
// Usage: node bench/gguf-header.ts [RUNS]
import { execFileSync } from "node:child_process";
import { closeSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatBytes, formatFileBytes } from "../src/facts/units/index.ts";
import { type ByteSource, type DraftValue, readGguf, writeGguf } from "../src/facts/weights/index.ts";
import { printMachineCard } from "./machine-card.ts";

const TARGET_MS = 60;
const TARGET_SHARE = 3;
const TOKENS = 150_000;
const MERGES = 280_000;
const TENSORS = 1200;

interface Run {
  readonly ms: number;
  readonly processorMs: number;
  readonly againMs: number;
  readonly grownBytes: number;
  readonly headerBytes: number;
}

const [argument] = process.argv.slice(2);
if (argument?.endsWith(".gguf")) {
  const { ms, processorMs, againMs, grownBytes, headerBytes } = await measure(argument);
  console.log(ms, processorMs, againMs, grownBytes, headerBytes);
} else compare(Number(argument ?? 15));

function compare(count: number): void {
  printMachineCard();
  const folder = mkdtempSync(join(tmpdir(), "loadout-bench-"));
  try {
    const path = join(folder, "header.gguf");
    writeSparse(path);
    const runs: Run[] = [];
    for (let run = 0; run < count; run++) {
      const text = execFileSync(process.execPath, [import.meta.filename, path], { encoding: "utf8" });
      const [ms = NaN, processorMs = NaN, againMs = NaN, grownBytes = NaN, headerBytes = NaN] = text
        .split(" ")
        .map(Number);
      runs.push({ ms, processorMs, againMs, grownBytes, headerBytes });
    }
    report(runs);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function report(runs: readonly Run[]): void {
  const header = runs[0]!.headerBytes;
  const ms = runs.map((run) => run.ms);
  const share = runs.map((run) => run.grownBytes / header);
  const row = (what: string, values: readonly number[], unit: string, target?: number) => {
    const sorted = values.toSorted((a, b) => a - b);
    const [least, middle, most] = [sorted[0]!, sorted[Math.floor(sorted.length / 2)]!, sorted.at(-1)!];
    const verdict =
      target === undefined ? "" : middle <= target ? `  at most ${target}: holds` : `  at most ${target}: MISSED`;
    console.log(
      `${what.padEnd(34)} median ${middle.toFixed(1)} ${unit} (${least.toFixed(1)} to ${most.toFixed(1)})${verdict}`,
    );
    if (target !== undefined && middle > target) process.exitCode = 1;
  };
  console.log(
    `header of ${formatFileBytes(header)}: ${TOKENS} tokens, ${MERGES} merges, ${TENSORS} tensors; ${runs.length} processes`,
  );
  row("first reading in a process", ms, "ms", TARGET_MS);
  row(
    "its processor time, all threads",
    runs.map((run) => run.processorMs),
    "ms",
  );
  row(
    "second reading",
    runs.map((run) => run.againMs),
    "ms",
  );
  row("peak memory grown, against header", share, "x", TARGET_SHARE);
  console.log(`${"".padEnd(34)} ${formatBytes(Math.max(...runs.map((run) => run.grownBytes)))} at most`);
}

async function measure(path: string): Promise<Run> {
  const file = openSync(path, "r");
  const source: ByteSource = {
    name: path,
    size: statSync(path).size,
    read: (offset, length) => {
      const bytes = new Uint8Array(length);
      return Promise.resolve(bytes.subarray(0, readSync(file, bytes, 0, length, offset)));
    },
  };
  // maxRSS is the highest the process ever stood, in KiB: what reading adds to it is the peak of reading.
  const before = process.resourceUsage().maxRSS;
  const processor = process.cpuUsage();
  const started = performance.now();
  const { headerBytes } = await readGguf(source);
  const ms = performance.now() - started;
  const { user, system } = process.cpuUsage(processor);
  const grownBytes = (process.resourceUsage().maxRSS - before) * 1024;
  const again = performance.now();
  await readGguf(source);
  const againMs = performance.now() - again;
  closeSync(file);
  return { ms, processorMs: (user + system) / 1000, againMs, grownBytes, headerBytes };
}

function writeSparse(path: string): void {
  const strings = (count: number, each: (index: number) => string): DraftValue => ({
    type: "array",
    of: "string",
    values: Array.from({ length: count }, (_, index) => each(index)),
  });
  const { header, fileBytes } = writeGguf({
    metadata: [
      ["general.architecture", { type: "string", value: "llama" }],
      ["tokenizer.ggml.tokens", strings(TOKENS, (index) => `a token ${index.toString(36)}`)],
      ["tokenizer.ggml.token_type", { type: "array", of: "i32", values: Array.from({ length: TOKENS }, () => 1) }],
      [
        "tokenizer.ggml.merges",
        strings(MERGES, (index) => `${index.toString(36)} ${(index * 7919 + 1e6).toString(36)}`),
      ],
    ],
    tensors: Array.from({ length: TENSORS }, (_, index) => ({
      name: `blk.${Math.floor(index / 12)}.ffn_part_${index % 12}.weight`,
      type: "Q4_K",
      shape: [4096, 4096],
    })),
  });
  const file = openSync(path, "w");
  writeSync(file, header);
  ftruncateSync(file, fileBytes);
  closeSync(file);
}
