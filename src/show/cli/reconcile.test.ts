// Logs as people paste them, through the real command. The figures are of a run of Gemma 3 270M (Q4_K_M) on a processor with AVX2, October 2026.
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { modelCatalog } from "../../facts/model/index.ts";
import { Fields, scoreLogRow } from "../../plan/reconcile/index.ts";
import { answerForm, runLoadout, widest, type Ended } from "./testing/command-line.ts";

const HEADER: Readonly<Record<string, string | number>> = {
  arch: "gemma3",
  n_ctx_train: 32768,
  n_embd: 640,
  n_layer: 18,
  n_head: 4,
  n_head_kv: 1,
  n_swa: 512,
  n_embd_head_k: 256,
  n_embd_head_v: 256,
  n_ff: 2048,
  n_expert: 0,
  n_expert_used: 0,
  "model params": "268.10 M",
  "general.name": "Janes secret Gemma",
  n_vocab: 262144,
};

const LOG = [
  "cmn  common_param: common_params_print_info: build 11434 (0123abcd) with GNU 12.2.0 for Linux x86_64",
  "llama_model_loader: loaded meta data with 39 key-value pairs and 236 tensors from /home/jane/secret/gemma.gguf (version GGUF V3 (latest))",
  "print_info: file type   = Q4_K - Medium",
  "print_info: file size   = 235.16 MiB (7.36 BPW)",
  ...Object.entries(HEADER).map(([key, value]) => `print_info: ${key.padEnd(21)} = ${value}`),
  "load_tensors: loading model tensors, this can take a while... (load_mode = mmap)",
  "load_tensors:   CPU_Mapped model buffer size =   235.16 MiB",
  "load_tensors:   CPU_REPACK model buffer size =    12.66 MiB",
  "llama_context: constructing llama_context",
  "llama_context: n_seq_max             = 1",
  "llama_context: n_ctx                 = 2048",
  "llama_context: n_ctx_seq             = 2048",
  "llama_context: n_batch               = 2048",
  "llama_context: n_ubatch              = 512",
  "llama_context: flash_attn            = auto",
  "llama_context: kv_unified            = false",
  "llama_context: n_outputs_max         = 1",
  "llama_context:        CPU  output buffer size =     1.00 MiB",
  "llama_kv_cache_iswa: creating non-SWA KV cache, size = 2048 cells",
  "llama_kv_cache:        CPU KV buffer size =     6.00 MiB",
  "llama_kv_cache: size =    6.00 MiB (  2048 cells,   3 layers,  1/1 seqs), K (f16):    3.00 MiB, V (f16):    3.00 MiB",
  "llama_kv_cache_iswa: creating     SWA KV cache, size = 1024 cells",
  "llama_kv_cache:        CPU KV buffer size =    15.00 MiB",
  "llama_kv_cache: size =   15.00 MiB (  1024 cells,  15 layers,  1/1 seqs), K (f16):    7.50 MiB, V (f16):    7.50 MiB",
  "resolve_fused_ops: Flash Attention enabled",
  "sched_reserve:        CPU compute buffer size =    21.28 MiB",
  "sched_reserve: graph: nodes = 812, splits = 1, input objects = 4, input tensors = 13",
  "srv    load_model: prompt cache is enabled, size limit: 8192 MiB",
];

let folder: string;
let valid: (value: unknown) => unknown;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "loadout-reconcile-"));
  valid = await answerForm();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function reconcile(lines: readonly string[], ...flags: string[]): Promise<Ended> {
  const path = join(folder, "pasted.log");
  await writeFile(path, `${lines.join("\n")}\n`);
  return runLoadout(folder, ["reconcile", path, ...flags]);
}

test("every figure of a whole log is as predicted: exit 0, within 80 columns, and what to change", async () => {
  const { code, stdout, stderr } = await reconcile(LOG);
  expect(stderr).toBe("");
  expect(stdout).toContain("5 as predicted at every digit printed");
  expect(stdout).toContain("build 11434");
  expect(stdout).toContain("2048 tokens of the 32768");
  expect(stdout).toContain("--cache-ram");
  expect(widest(stdout)).toBeLessThanOrEqual(80);
  expect(code).toBe(0);
});

test("a figure that is off is said with its size: exit 1, and the document is valid", async () => {
  const other = LOG.map((line) =>
    line.replace("CPU compute buffer size =    21.28", "CPU compute buffer size =    37.53"),
  );
  const { code, stdout } = await reconcile(other, "--json");
  expect(code).toBe(1);
  const answer = JSON.parse(stdout);
  expect(valid(answer)).toBe("valid");
  expect(answer).toMatchObject({ kind: "reconcile", equal: 4, off: 1 });
  const compute = answer.terms.find(({ term }: { term: string }) => term === "compute");
  expect((compute.printedBytes + compute.residualBytes) / 2 ** 20).toBeCloseTo(21.28, 2);
  expect((await reconcile(other)).stdout).toContain("off by -16.25");
});

test("what the log lacks is said: no context, no cache's size", async () => {
  const { stdout } = await reconcile(LOG.filter((line) => !/n_ctx |3 layers/.test(line)));
  expect(stdout).toContain("context (llama_context: n_ctx)");
  expect(stdout).toContain("KV cache (llama_kv_cache: size = ...");
  expect(stdout).not.toContain("KV cache of windows");
});

test("coloured, wrapped by docker, with the lines of others between, from standard input", async () => {
  const wrapped = LOG.flatMap((line, index) => [
    `engine-1  | 2026-11-20T10:00:${10 + (index % 50)}Z \u001B[32m${line}\u001B[0m\r`,
    `proxy-1   | 10.0.0.7 "GET /metrics" 200 4096\r`,
  ]);
  const child = spawn(process.execPath, [join(import.meta.dirname, "main.ts"), "reconcile", "-"]);
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
  child.stdin.end(wrapped.join("\n") + "\n");
  const code = await new Promise((resolve) => child.once("close", resolve));
  expect(stdout).toContain("5 as predicted");
  expect(code).toBe(0);
});

test("--as-row is a row that is scored alike, without names and paths", async () => {
  const { stdout } = await reconcile(LOG, "--as-row");
  expect(stdout).not.toMatch(/jane|secret|gemma\.gguf/i);
  expect(stdout.trim().split("\n")).toHaveLength(1);
  const row: unknown = JSON.parse(stdout);
  const figures = scoreLogRow(await modelCatalog(), new Fields(row));
  expect(figures).toHaveLength(5);
  for (const { predicted, truth, precision } of figures)
    expect(Math.abs(predicted! - truth)).toBeLessThanOrEqual(precision);
});

test("Ollama's silent default is named, and a server that printed no memory is told how to", async () => {
  const ollama = [
    'time=2026-11-20T10:00:00Z level=INFO source=routes.go:1768 msg="vram-based default context" total_vram="0 B" default_num_ctx=4096',
    ...LOG.filter((line) => !/srv|cmn/.test(line)).map((line) => line.replace(/(n_ctx(?:_seq)?\s+=) 2048/, "$1 4096")),
  ];
  const { stdout } = await reconcile(ollama, "--build", "b11434");
  expect(stdout).toContain("4096 tokens are Ollama's default");
  expect(stdout).toContain("num_ctx");
  const silent = await reconcile([
    "0.00.030.972 I cmn  common_param: common_params_print_info: verbosity = 3 (adjust with the `-lv N` CLI arg)",
    "0.04.692.845 I srv    load_model: initializing, n_slots = 1, n_ctx_slot = 8192, kv_unified = 'false'",
  ]);
  expect(silent.stdout).toContain("-lv 4");
  expect(silent.code).toBe(1);
});

test("what is no engine's log is a wrong question: exit 2, also as JSON, and so is a file that is not there", async () => {
  const { code, stdout, stderr } = await reconcile(["INFO: Uvicorn running", "GET / 200"], "--json");
  expect(code).toBe(2);
  expect(valid(JSON.parse(stdout))).toBe("valid");
  expect(stderr).toContain("-lv 4");
  const missing = await runLoadout(folder, ["reconcile", join(folder, "nowhere.log")]);
  expect(missing.code).toBe(2);
  expect(missing.stderr).toContain("cannot be read");
});

test("help is within 80 columns", async () => {
  const { stdout } = await runLoadout(folder, ["reconcile", "--help"]);
  expect(stdout).toContain("loadout reconcile ./server.log --as-row");
  expect(widest(stdout)).toBeLessThanOrEqual(80);
});
