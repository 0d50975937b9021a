// Every model of the catalog x every file type x five contexts for one rig, in fresh processes: every cell within the outline's band,
// and the rows shown by whole replays. Usage: node bench/rank.ts [RUNS] [--cpu]
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LoadoutError } from "../src/facts/errors/index.ts";
import { catalogModels } from "../src/plan/ask/kinds/rank-models.ts";
import { withCatalog } from "../src/facts/hardware/catalog/index.ts";
import type { Rig } from "../src/facts/hardware/index.ts";
import { modelCatalog } from "../src/facts/model/index.ts";
import { FILE_TYPE_NAMES } from "../src/facts/recipe/index.ts";
import { LLAMACPP_BUILDS, LLAMACPP_CALLERS } from "../src/facts/runtime/index.ts";
import { rankModels, type RankModel } from "../src/plan/rank/index.ts";
import {
  cellsUnder,
  CONTEXTS,
  endsFirst,
  outlined,
  type Outlined,
  type SearchSetup,
  wantedSettings,
} from "../src/plan/search/index.ts";
import { printMachineCard } from "./machine-card.ts";

const GIB = 2 ** 30;
const MOST_MS = 1000;
/** Has no rule for rows that are not whole blocks: the quantizer refuses some models. */
const NOT_FOR_ALL = "Q1_0";

function setupOf(onCpu: boolean): SearchSetup {
  const host: Rig["host"] = {
    cpu: { model: "", vendor: "", physicalCores: 8, logicalCores: 16, features: ["avx2"] },
    ramBytes: 64 * GIB,
    availableBytes: 60 * GIB,
    swapBytes: 0,
    os: "linux",
    arch: "x64",
    bandwidthBytesPerSec: 60e9,
  };
  const card = {
    id: "0",
    name: "NVIDIA GeForce RTX 4090",
    vendor: "nvidia",
    backend: "cuda",
    memoryKind: "discrete",
    totalBytes: 24 * GIB,
    freeBytes: 23 * GIB,
  } as const;
  const rig = withCatalog({ name: "bench", host, devices: onCpu ? [] : [card] });
  const build = LLAMACPP_BUILDS.at(-1)!;
  const closable = { host: 0, devices: rig.devices.map(() => 0) };
  return { goal: "interactive", wishes: {}, rig, closable, build, caller: LLAMACPP_CALLERS["llama-server"] };
}

/** One process's work: milliseconds, and how much was ranked. The catalog's models are made in it too. */
async function once(onCpu: boolean): Promise<void> {
  const setup = setupOf(onCpu);
  // its code is loaded, not its models made: of sources the types are stripped first, which is no part of ranking
  await modelCatalog();
  const began = performance.now();
  const used = process.threadCpuUsage();
  const models = await catalogModels(true);
  const outlines = new Map<RankModel, Outlined>();
  let cells = 0;
  let unknown = 0;
  for (const model of models) {
    try {
      const on = outlined(model, setup);
      outlines.set(model, on);
      const fileTypes = fileTypesOf(on);
      for (const context of endsFirst(CONTEXTS.filter((each) => each <= model.geometry.contextLength))) {
        cells += cellsUnder(on, wantedSettings(on, context), fileTypes).filter(Boolean).length;
      }
    } catch (error) {
      // the engine's graph for it is not written down
      if (!(error instanceof LoadoutError)) throw error;
      unknown += 1;
    }
  }
  const { rows } = rankModels(models, setup, { outlineOf: (model) => outlines.get(model) ?? outlined(model, setup) });
  const ms = performance.now() - began;
  const { user, system } = process.threadCpuUsage(used);
  const cpuMs = (user + system) / 1000;
  console.log(JSON.stringify({ ms, cpuMs, models: models.length, unknown, cells, rows: rows.length }));
}

function fileTypesOf(on: Outlined): readonly string[] {
  try {
    on.outline.fileBytes(wantedSettings(on, CONTEXTS[0]), NOT_FOR_ALL);
    return FILE_TYPE_NAMES;
  } catch (error) {
    if (!(error instanceof LoadoutError && error.code === "recipe-rows")) throw error;
    return FILE_TYPE_NAMES.filter((name) => name !== NOT_FOR_ALL);
  }
}

const [count = "7", ...flags] = process.argv.slice(2).filter((word) => word !== "--once");
const onCpu = flags.includes("--cpu") || count === "--cpu";
if (process.argv.includes("--once")) await once(onCpu);
else {
  printMachineCard();
  // as the program itself: what was compiled once is kept, so a first process goes before
  const cache = mkdtempSync(join(tmpdir(), "loadout-compiled-"));
  process.on("exit", () => rmSync(cache, { recursive: true, force: true }));
  const env = { ...process.env, NODE_COMPILE_CACHE: cache };
  const ranked = () => {
    const args = [import.meta.filename, "--once", ...(onCpu ? ["--cpu"] : [])];
    return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8", env }));
  };
  ranked();
  const runs = Array.from({ length: Number(count) || 7 }, ranked);
  const times = runs.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const median = times[times.length >> 1];
  const { models, unknown, cells, rows } = runs[0];
  console.log(`${models} models, ${unknown} without a graph, ${cells} cells, ${rows} rows by whole replays`);
  console.log(
    `median ${median.toFixed(0)} ms (${times[0].toFixed(0)} to ${times.at(-1).toFixed(0)}, ${times.length} processes)`,
  );
  const busy = runs.map(({ cpuMs }) => cpuMs).toSorted((a, b) => a - b);
  console.log(
    `processor time of the thread that ranks, whatever else runs here: median ${busy[busy.length >> 1].toFixed(0)} ms`,
  );
  const holds = median <= MOST_MS;
  console.log(`at most ${MOST_MS} ms: ${holds ? "holds" : "MISSED"}`);
  if (!holds) process.exitCode = 1;
}
