// Really loads models of few layers of every architecture whose graph is known into the embedded engine, on one to three Vulkan
// devices (the machine's first, listed that often), and compares every size it prints, device by device. Weights are zeros: a sparse
// file. Each load is a process of its own, since the engine may end it.
// Usage: node tools/small-layers.ts [--only ARCHITECTURE] [--seed N] [--count N] [--each]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { MemoryPrediction } from "../src/predict/memory/index.ts";
import { vulkanLimits } from "./exactness/devices.ts";
import type { Setting } from "./exactness/draw.ts";
import { difference, predictedSizes, printedSizes, type PrintedSize } from "./exactness/log-lines.ts";
import { predictSetting } from "./exactness/predict-setting.ts";
import { Random } from "./exactness/random.ts";
import { load, LOAD_LIMIT_MS, type Loaded } from "./exactness/run-load.ts";
import { writeSparse } from "./headers/index.ts";
import { drawSmallSettings } from "./small-layers/draw.ts";
import { smallLayerModels } from "./small-layers/models.ts";

const TERMS = ["weights", "kv", "recurrent", "output", "compute"] as const;
type Term = (typeof TERMS)[number];

/** Sizes the engine printed, and how many of them were predicted to the last digit. */
interface Count {
  printed: number;
  equal: number;
}
type Counts = Record<Term, Count>;

interface Outcome {
  readonly counts: Counts;
  readonly misses: readonly string[];
  readonly refused: boolean;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: "string", default: "" },
      seed: { type: "string", default: "1" },
      count: { type: "string", default: "2" },
      each: { type: "boolean", default: false },
    },
  });
  const limits = vulkanLimits();
  const random = new Random(Number(values.seed));
  const folder = mkdtempSync(join(tmpdir(), "loadout-layers-"));
  const all = noCounts();
  let [loads, exact, refused] = [0, 0, 0];
  try {
    for (const { name, geometry, draft } of await smallLayerModels(values.only)) {
      const path = join(folder, "model.gguf");
      const tensors = writeSparse(path, draft);
      const counts = noCounts();
      for (const setting of drawSmallSettings(random, Number(values.count), geometry.layers.length)) {
        const prediction = predictSetting(setting, { geometry, tensors }, limits);
        const outcome = compare(prediction, await load(setting, path));
        loads += 1;
        if (outcome.misses.length === 0) exact += 1;
        if (outcome.refused) refused += 1;
        for (const into of [counts, all]) addCounts(into, outcome.counts);
        if (values.each || outcome.misses.length > 0) console.log(describe(name, setting, outcome));
      }
      console.log(`${name}: ${countsText(counts)}`);
      rmSync(path);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  console.log(
    `${exact} of ${loads} loads equal at every printed digit, ${refused} refused as predicted; ${countsText(all)}`,
  );
  if (exact < loads || loads === 0) process.exitCode = 1;
}

function compare(prediction: MemoryPrediction, loaded: Loaded): Outcome {
  const counts = noCounts();
  const missed = (miss: string): Outcome => ({ counts, misses: [miss], refused: false });
  if (loaded.hung) return missed(`the engine did not finish within ${LOAD_LIMIT_MS} ms`);
  if (prediction.kind === "rejected") {
    if (loaded.error === undefined) return missed(`predicted refusal (${prediction.because}), the engine loaded it`);
    return { counts, misses: [], refused: true };
  }
  if (loaded.error !== undefined) return missed(`the engine refused: ${loaded.error}`);
  const printed = printedSizes(loaded.log);
  const predicted = predictedSizes(prediction.buffers);
  for (const term of TERMS) {
    const [said, thought] = [printed, predicted].map((sizes) => sizes.filter((size) => termOf(size) === term));
    counts[term] = { printed: said!.length, equal: said!.length - onlyPrinted(thought!, said!) };
  }
  return { counts, misses: difference(predicted, printed), refused: false };
}

function termOf({ term }: PrintedSize): string {
  return term === "repacked" ? "weights" : term;
}

function onlyPrinted(predicted: readonly PrintedSize[], printed: readonly PrintedSize[]): number {
  return difference(predicted, printed).filter((line) => line.startsWith("engine")).length;
}

function noCounts(): Counts {
  const none = (): Count => ({ printed: 0, equal: 0 });
  return { weights: none(), kv: none(), recurrent: none(), output: none(), compute: none() };
}

function addCounts(into: Counts, counts: Counts): void {
  for (const term of TERMS) {
    into[term].printed += counts[term].printed;
    into[term].equal += counts[term].equal;
  }
}

function countsText(counts: Counts): string {
  return TERMS.filter((term) => counts[term].printed > 0)
    .map((term) => `${term} ${counts[term].equal}/${counts[term].printed}`)
    .join(", ");
}

function describe(name: string, setting: Setting, { misses, refused }: Outcome): string {
  const { devices, gpuLayers, layers, context, sequences, batch, cacheTypeK, flashAttention } = setting;
  const verdict = misses.length > 0 ? "MISS" : refused ? "refused as predicted" : "equal";
  const what = `${devices} vulkan, ${gpuLayers}/${layers + 1} layers, ${sequences} x ${context}, batch ${batch}`;
  return [`  ${name}, ${what}, ${cacheTypeK}, fa ${flashAttention}: ${verdict}`, ...misses].join("\n      ");
}

await main();
