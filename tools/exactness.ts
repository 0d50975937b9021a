// Sets predictions against the embedded engine: loads settings drawn by a seed, each in a process of its own, and compares every digit
// the engine prints of weights, cache, output and compute buffers, device by device. A miss is shown; a setting the engine refuses must
// have been predicted as refused. Devices are the machine's first Vulkan device, listed once to three times.
// Without --models the two models are found or fetched into LOADOUT_TEST_CACHE.
// Usage: node tools/exactness.ts [--models DIR] [--seed N] [--count N] [--only N] [--rare-types] [--json]
import { spawn } from "node:child_process";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { geometryFromGguf, type Geometry } from "../src/facts/model/index.ts";
import { LLAMACPP_BUILDS, LLAMACPP_CALLERS } from "../src/facts/runtime/index.ts";
import { readGguf, type ByteSource, type Tensor } from "../src/facts/weights/index.ts";
import { predictLlamaCpp, type MemoryPrediction } from "../src/predict/memory/index.ts";
import { hostFeatures, vulkanDevices, vulkanLimits } from "./exactness/devices.ts";
import { drawSettings, type Setting } from "./exactness/draw.ts";
import { difference, predictedSizes, printedSizes } from "./exactness/log-lines.ts";
import { smallModelFolders } from "./small-models.ts";

/** The seed whose settings the figures in the documentation are of. */
const SEED = 20_261_124;
const LOAD_LIMIT_MS = 180_000;

interface Outcome {
  readonly setting: Setting;
  readonly lines: number;
  readonly misses: readonly string[];
  readonly refused?: string;
}

interface Loaded {
  readonly log: readonly string[];
  readonly error?: string;
  /** it was still loading when its time was up: neither loaded nor refused */
  readonly hung?: true;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      models: { type: "string" },
      seed: { type: "string", default: String(SEED) },
      count: { type: "string", default: "60" },
      only: { type: "string" },
      "rare-types": { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const folders = values.models === undefined ? await smallModelFolders() : undefined;
  const settings = drawSettings(Number(values.seed), Number(values.count), values["rare-types"]);
  const limits = vulkanLimits();
  const outcomes: Outcome[] = [];
  for (const [index, setting] of settings.entries()) {
    if (values.only !== undefined && Number(values.only) !== index) continue;
    const path = join(folders?.get(setting.model) ?? values.models ?? ".", setting.model);
    const outcome = compare(setting, await predict(setting, path, limits), await load(setting, path));
    outcomes.push(outcome);
    if (!values.json) console.log(describe(index, outcome));
  }
  const exact = outcomes.filter((outcome) => outcome.misses.length === 0);
  const lines = outcomes.reduce((sum, outcome) => sum + outcome.lines, 0);
  const missed = outcomes.reduce((sum, outcome) => sum + outcome.misses.length, 0);
  if (values.json)
    console.log(JSON.stringify({ seed: Number(values.seed), exact: exact.length, outcomes }, undefined, 2));
  else
    console.log(
      `${exact.length} of ${outcomes.length} settings equal at every printed digit (${lines} sizes, ${missed} differences)`,
    );
  if (exact.length < outcomes.length || outcomes.length === 0) process.exitCode = 1;
}

function compare(setting: Setting, prediction: MemoryPrediction, loaded: Loaded): Outcome {
  const actual = printedSizes(loaded.log);
  if (loaded.hung) return { setting, lines: 1, misses: [`the engine did not finish within ${LOAD_LIMIT_MS} ms`] };
  if (prediction.kind === "rejected") {
    const misses =
      loaded.error === undefined ? [`predicted refusal (${prediction.because}), the engine loaded it`] : [];
    return { setting, lines: 1, misses, refused: prediction.because };
  }
  if (loaded.error !== undefined) return { setting, lines: 1, misses: [`the engine refused: ${loaded.error}`] };
  return { setting, lines: actual.length, misses: difference(predictedSizes(prediction.buffers), actual) };
}

function describe(index: number, { setting, lines, misses, refused }: Outcome): string {
  const { model, devices, gpuLayers, layers, context, sequences, batch, cacheTypeK, cacheTypeV, flashAttention } =
    setting;
  const where = devices === 0 ? "cpu" : `${devices} vulkan, ${gpuLayers}/${layers + 1} layers`;
  const what = `${model.split("-")[0]} ${where}, ${sequences} x ${context}, batch ${batch}, ${cacheTypeK}/${cacheTypeV}, fa ${flashAttention}`;
  const verdict =
    misses.length > 0 ? "MISS" : refused === undefined ? `${lines} equal` : `refused as predicted (${refused})`;
  return [`${String(index).padStart(3)} ${what}: ${verdict}`, ...misses.map((miss) => `      ${miss}`)].join("\n");
}

const headers = new Map<string, Promise<{ geometry: Geometry; tensors: readonly Tensor[] }>>();

async function predict(
  setting: Setting,
  path: string,
  limits: ReturnType<typeof vulkanLimits>,
): Promise<MemoryPrediction> {
  const header = headers.get(path) ?? readHeader(path);
  headers.set(path, header);
  const { geometry, tensors } = await header;
  const { context, sequences, batch, cacheTypeK, cacheTypeV, flashAttention, gpuLayers } = setting;
  return predictLlamaCpp({
    geometry,
    tensors,
    build: LLAMACPP_BUILDS.find((build) => build.id === "v0.4.0")!,
    caller: LLAMACPP_CALLERS["node-llama-cpp"],
    devices: vulkanDevices(setting.devices, limits),
    settings: {
      context: context * sequences,
      sequences,
      unifiedCache: false,
      batch,
      microBatch: batch,
      flashAttention,
      cacheTypeK,
      cacheTypeV,
      gpuLayers,
    },
    cpuFeatures: hostFeatures(),
  });
}

async function readHeader(path: string): Promise<{ geometry: Geometry; tensors: readonly Tensor[] }> {
  const handle = await open(path);
  const source: ByteSource = {
    name: path,
    size: (await handle.stat()).size,
    read: async (offset, length) => {
      const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    },
  };
  try {
    const file = await readGguf(source);
    return { geometry: geometryFromGguf(file), tensors: file.tensors };
  } finally {
    await handle.close();
  }
}

/** One load in a process of its own: the engine may end it. */
function load(setting: Setting, path: string): Promise<Loaded> {
  const script = join(import.meta.dirname, "exactness/load.ts");
  const visible = Array.from({ length: setting.devices }, () => "0").join(",");
  const child = spawn(process.execPath, [script, JSON.stringify(setting), path], {
    env: { ...process.env, ...(visible === "" ? {} : { GGML_VK_VISIBLE_DEVICES: visible }) },
    stdio: ["ignore", "pipe", "ignore"],
    timeout: LOAD_LIMIT_MS,
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      // the engine ends a process by SIGABRT; SIGTERM is the time limit's
      if (signal === "SIGTERM") return resolve({ log: [], hung: true });
      const last = output.trim().split("\n").at(-1) ?? "";
      resolve(last.startsWith("{") ? JSON.parse(last) : { log: [], error: `the process ended (${signal ?? code})` });
    });
  });
}

await main();
