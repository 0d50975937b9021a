// Sets predictions against the embedded engine: loads settings drawn by a seed, each in a process of its own, and compares every digit
// the engine prints of weights, cache, output and compute buffers, device by device. A miss is shown; a setting the engine refuses must
// have been predicted as refused. Devices are the machine's first Vulkan device, listed once to three times.
// Without --models the two models are found or fetched into LOADOUT_TEST_CACHE.
// Usage: node tools/exactness.ts [--models DIR] [--seed N] [--count N] [--only N] [--rare-types] [--json]
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { MemoryPrediction } from "../src/predict/memory/index.ts";
import { vulkanLimits } from "./exactness/devices.ts";
import { drawSettings, type Setting } from "./exactness/draw.ts";
import { load, LOAD_LIMIT_MS, type Loaded } from "./exactness/run-load.ts";
import { predictSetting } from "./exactness/predict-setting.ts";
import { difference, predictedSizes, printedSizes } from "./exactness/log-lines.ts";
import { type Header, readHeader } from "./read-header.ts";
import { smallModelFolders } from "./small-models.ts";

/** The seed whose settings the figures in the documentation are of. */
const SEED = 20_261_124;

interface Outcome {
  readonly setting: Setting;
  readonly lines: number;
  readonly misses: readonly string[];
  readonly refused?: string;
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

const headers = new Map<string, Promise<Header>>();

async function predict(
  setting: Setting,
  path: string,
  limits: ReturnType<typeof vulkanLimits>,
): Promise<MemoryPrediction> {
  const header = headers.get(path) ?? readHeader(path);
  headers.set(path, header);
  return predictSetting(setting, await header, limits);
}

await main();
