// Sets predictions against the embedded engine's dry run, on header-only files of published models of every architecture whose graph is
// known. The dry run gives totals only: bytes on the host and on all devices, weights apart from cache and compute. Each model is asked
// the chosen settings and some drawn by a seed, and without --devices on a number of devices drawn too. One model of every architecture
// is drawn as well; --all asks all of them, --only those of a name.
// Usage: node tools/dry-run.ts [--all] [--only ARCHITECTURE-OR-NAME] [--devices 0,1,2] [--seed N] [--count N] [--each]
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { LLAMACPP_BUILDS, LLAMACPP_CALLERS } from "../src/facts/runtime/index.ts";
import type { Tensor } from "../src/facts/weights/index.ts";
import { predictLlamaCpp, type MemoryPrediction, type MemoryTerm } from "../src/predict/memory/index.ts";
import { dryRunModels, type DryRunModel } from "./dry-run/models.ts";
import { dryRunSettings, layersOnDevices, type DryRunSetting } from "./dry-run/settings.ts";
import { hostFeatures, vulkanDevices, vulkanLimits } from "./exactness/devices.ts";
import { Random } from "./exactness/random.ts";
import { writeSparse } from "./headers/index.ts";

interface Drawn {
  readonly seed: number;
  readonly count: number;
}

interface Totals {
  readonly cpuRam: number;
  readonly gpuVram: number;
}

interface Answer {
  readonly index: number;
  readonly model?: Totals;
  readonly context?: Totals;
  readonly failed?: string;
}

/** Equal and asked dry runs by architecture. */
type Counts = Map<string, { equal: number; asked: number }>;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: "string", default: "" },
      devices: { type: "string" },
      seed: { type: "string", default: "1" },
      count: { type: "string", default: "2" },
      all: { type: "boolean", default: false },
      each: { type: "boolean", default: false },
    },
  });
  const random = new Random(Number(values.seed));
  const folder = mkdtempSync(join(tmpdir(), "loadout-headers-"));
  const counts: Counts = new Map();
  try {
    const models = await dryRunModels(values.only);
    const asked = values.all || values.only !== "" ? models : oneOfEach(models, random);
    for (const [index, model] of asked.entries()) {
      const path = join(folder, "model.gguf");
      const tensors = writeSparse(path, model.draft);
      const devices = values.devices?.split(",").map(Number) ?? [random.whole(0, 2)];
      const drawn: Drawn = { seed: Number(values.seed) * 1000 + index, count: Number(values.count) };
      for (const count of devices) {
        for (const answer of await ask(path, count, model, drawn))
          report(model, tensors, count, drawn, answer, counts, values.each);
      }
      rmSync(path);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  let [equal, asked] = [0, 0];
  for (const [architecture, each] of counts) {
    console.log(`${architecture}: ${each.equal} of ${each.asked} equal`);
    equal += each.equal;
    asked += each.asked;
  }
  console.log(`${equal} of ${asked} dry runs equal in bytes`);
  if (equal < asked || asked === 0) process.exitCode = 1;
}

/** A model of every architecture, drawn. */
function oneOfEach(models: readonly DryRunModel[], random: Random): DryRunModel[] {
  const byArchitecture = Map.groupBy(models, ({ geometry }) => geometry.architecture);
  return [...byArchitecture.values()].map((some) => random.pick(some));
}

function report(
  model: DryRunModel,
  tensors: readonly Tensor[],
  devices: number,
  drawn: Drawn,
  answer: Answer,
  counts: Counts,
  each: boolean,
): void {
  const setting = dryRunSettings(drawn.seed, drawn.count)[answer.index]!;
  const misses = compare(answer, predict(model, tensors, devices, setting));
  const { architecture } = model.geometry;
  const counted = counts.get(architecture) ?? { equal: 0, asked: 0 };
  counts.set(architecture, { equal: counted.equal + (misses.length === 0 ? 1 : 0), asked: counted.asked + 1 });
  if (misses.length === 0 && !each) return;
  const what = `${model.name}, ${devices} devices, ${JSON.stringify(setting)}`;
  const verdict = answer.context === undefined ? "refused as predicted" : "equal";
  console.log([`${what}: ${misses.length === 0 ? verdict : "MISS"}`, ...misses].join("\n    "));
}

function predict(
  { geometry }: DryRunModel,
  tensors: readonly Tensor[],
  devices: number,
  setting: DryRunSetting,
): MemoryPrediction {
  return predictLlamaCpp({
    geometry,
    tensors,
    build: LLAMACPP_BUILDS.find((build) => build.id === "v0.4.0")!,
    caller: LLAMACPP_CALLERS["node-llama-cpp"],
    devices: vulkanDevices(devices, vulkanLimits()),
    settings: {
      context: setting.context * setting.sequences,
      sequences: setting.sequences,
      unifiedCache: false,
      batch: setting.batch,
      microBatch: setting.batch,
      flashAttention: setting.flashAttention,
      cacheTypeK: setting.cacheType,
      cacheTypeV: setting.cacheType,
      // the dry run works from metadata alone, where the engine rearranges nothing
      repack: false,
      gpuLayers: devices === 0 ? 0 : layersOnDevices(geometry.layers.length, setting),
    },
    cpuFeatures: hostFeatures(),
    dryRun: true,
  });
}

const MODEL: readonly MemoryTerm[] = ["weights", "repacked"];
/** the dry run leaves the output buffer out */
const CONTEXT: readonly MemoryTerm[] = ["kv", "recurrent", "compute"];

function compare({ model, context, failed }: Answer, prediction: MemoryPrediction): string[] {
  if (model === undefined || context === undefined || failed !== undefined) {
    return prediction.kind === "rejected" ? [] : [`the engine refused: ${failed ?? "its process ended"}`];
  }
  if (prediction.kind === "rejected") return [`predicted refusal: ${prediction.because}`];
  const total = (terms: readonly MemoryTerm[], onHost: boolean): number =>
    prediction.buffers
      .filter((buffer) => terms.includes(buffer.term) && (buffer.place === "host") === onHost)
      .reduce((sum, { bytes }) => sum + bytes, 0);
  const pairs: [what: string, predicted: number, actual: number][] = [
    ["weights on the host", total(MODEL, true), model.cpuRam],
    ["weights on devices", total(MODEL, false), model.gpuVram],
    ["context on the host", total(CONTEXT, true), context.cpuRam],
    ["context on devices", total(CONTEXT, false), context.gpuVram],
  ];
  return pairs
    .filter(([, predicted, actual]) => predicted !== actual)
    .map(([what, predicted, actual]) => `${what}: predicted ${predicted}, engine ${actual} (${predicted - actual})`);
}

/** Answers to all settings; where the engine ends its process, that setting has none and the next process goes on behind it. */
async function ask(path: string, devices: number, { geometry }: DryRunModel, drawn: Drawn): Promise<Answer[]> {
  const { length } = dryRunSettings(drawn.seed, drawn.count);
  const answers: Answer[] = [];
  while (answers.length < length) {
    const rest = [path, devices, geometry.layers.length, answers.length, drawn.seed, drawn.count].map(String);
    answers.push(...(await askFrom(rest, devices)));
    if (answers.length < length) answers.push({ index: answers.length });
  }
  return answers;
}

function askFrom(args: readonly string[], devices: number): Promise<Answer[]> {
  const script = join(import.meta.dirname, "dry-run/ask.ts");
  const visible =
    devices === 0 ? {} : { GGML_VK_VISIBLE_DEVICES: Array.from({ length: devices }, () => "0").join(",") };
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, ...visible },
    stdio: ["ignore", "pipe", "ignore"],
    timeout: 300_000,
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (_, signal) => {
      // the engine ends a process by SIGABRT; SIGTERM is the time limit's, and no refusal
      if (signal === "SIGTERM") return reject(new Error(`no dry run of ${args.join(" ")} within its time`));
      const lines = output.split("\n").filter((line) => line.startsWith("{"));
      resolve(lines.map((line): Answer => JSON.parse(line)));
    });
  });
}

await main();
