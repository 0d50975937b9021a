// Sets predictions against the embedded engine's dry run, on header-only files of models from 1B to 70B that need not exist. The dry
// run gives totals only: bytes on the host and on all devices, weights apart from cache and compute.
// Usage: node tools/dry-run.ts [--only NAME-PREFIX] [--devices 0,1,2] [--seed N] [--count N]
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { LLAMACPP_BUILDS, LLAMACPP_CALLERS } from "../src/facts/runtime/index.ts";
import { writeGguf, type Tensor } from "../src/facts/weights/index.ts";
import { predictLlamaCpp, type MemoryPrediction, type MemoryTerm } from "../src/predict/memory/index.ts";
import { draftOf, geometryOf, SHAPES, type Shape } from "./dry-run/headers.ts";
import { dryRunSettings, layersOnDevices, type DryRunSetting } from "./dry-run/settings.ts";
import { hostFeatures, vulkanDevices, vulkanLimits } from "./exactness/devices.ts";

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

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: "string", default: "" },
      devices: { type: "string", default: "0,1,2" },
      seed: { type: "string", default: "1" },
      count: { type: "string", default: "8" },
    },
  });
  const drawn: Drawn = { seed: Number(values.seed), count: Number(values.count) };
  const settings = dryRunSettings(drawn.seed, drawn.count);
  const folder = mkdtempSync(join(tmpdir(), "loadout-headers-"));
  let [equal, asked] = [0, 0];
  try {
    for (const shape of SHAPES.filter(({ name }) => name.startsWith(values.only))) {
      const path = join(folder, `${shape.name}.gguf`);
      const { header, fileBytes, tensors } = writeGguf(draftOf(shape));
      writeFileSync(path, header);
      truncateSync(path, fileBytes);
      for (const devices of values.devices.split(",").map(Number)) {
        for (const answer of await ask(path, devices, shape, drawn)) {
          const setting = settings[answer.index]!;
          const misses = compare(answer, predict(shape, tensors, devices, setting));
          asked += 1;
          if (misses.length === 0) equal += 1;
          const what = `${shape.name}, ${devices} devices, ${JSON.stringify(setting)}`;
          const verdict = answer.context === undefined ? "refused as predicted" : "equal";
          console.log([`${what}: ${misses.length === 0 ? verdict : "MISS"}`, ...misses].join("\n    "));
        }
      }
      rmSync(path);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  console.log(`${equal} of ${asked} dry runs equal in bytes`);
  if (equal < asked || asked === 0) process.exitCode = 1;
}

function predict(shape: Shape, tensors: readonly Tensor[], devices: number, setting: DryRunSetting): MemoryPrediction {
  return predictLlamaCpp({
    geometry: geometryOf(shape),
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
      gpuLayers: devices === 0 ? 0 : layersOnDevices(shape.layers, setting),
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
async function ask(path: string, devices: number, shape: Shape, drawn: Drawn): Promise<Answer[]> {
  const { length } = dryRunSettings(drawn.seed, drawn.count);
  const answers: Answer[] = [];
  while (answers.length < length) {
    const rest = [path, devices, shape.layers, answers.length, drawn.seed, drawn.count].map(String);
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
