import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  AUDIO_ROWS,
  placeDrafts,
  projectorFromGguf,
  towerTensors,
  type TensorLengths,
  VISION_ROWS,
  visionTower,
} from "../../../../facts/model/index.ts";
import { llamaCppBuild } from "../../../../facts/runtime/index.ts";
import { cpuBackend, cpuBuffer } from "../backends/cpu.ts";
import { deviceBackend } from "../backends/device.ts";
import { towerCompute } from "./projector-memory.ts";
import { type Asked, draftsOf, projectorFile } from "./testing/asked.ts";
import table from "./testing/engine-buffers.json" with { type: "json" };
import shapes from "./testing/engine-shapes.json" with { type: "json" };
import { graphsWritten } from "./towers/index.ts";

/**
 * Compute buffers that the engine's own code reserved (tools/mtmd of b11434 with nothing allocated): on a processor, and on a stand-in
 * device with the rules of the CUDA back end, with what stayed on the host.
 */
interface Buffers extends Asked {
  /** of files whose tensors follow from these; else the row lists the tensors */
  readonly lengths?: TensorLengths;
  readonly processor: number;
  readonly device: number;
  readonly host: number;
  readonly nodes?: number;
}

const BUFFERS = [...table, ...shapes] as unknown as readonly Buffers[];

const device = { id: "0", name: "card", vendor: "nvidia", backend: "cuda", memoryKind: "discrete" } as const;
const card = deviceBackend({ device, rigIndex: 0, name: "CUDA0" }, 0, llamaCppBuild("b11434")!.build, false);
const cpu = cpuBuffer(32);
const processor = cpuBackend(cpu, cpu);

/**
 * An Ollama on an RTX 3090 printed "estimated worst-case memory usage of mmproj is 1136.09 MiB" for a 27B model of Qwen 3.5 to 3.8
 * (ollama/ollama#17482, August 2026; weights 15,364 MiB on the card and 682 MiB on the host are that model's Q4_K_M).
 */
test("a published log, to its last digit: the projector of Qwen's 27B in BF16", () => {
  const tower = visionTower("qwen3vl_merger", {
    layers: 27,
    embeddingLength: 1152,
    feedForwardLength: 4304,
    heads: 16,
    projectionLength: 5120,
    imageSize: 768,
    patchSize: 16,
    merge: 2,
  })!;
  const tensors = placeDrafts(towerTensors(tower, { width: 5120, places: 48 ** 2 }, "BF16"));
  const weights = tensors.reduce((sum, { bytes }) => sum + bytes, 0);
  const [onCard] = towerCompute(tower, tensors, [card, processor])!;
  expect(((weights + onCard!.bytes) / 2 ** 20).toFixed(2)).toBe("1136.09");
});

/**
 * A llama-server on a CUDA card printed "model size: 644.26 MiB", "warmup with image size = 1472 x 1472" and "CUDA0 compute buffer
 * size = 223.30 MiB" for the projector of Qwen3.5 4B in BF16 (ggml-org/llama.cpp#22673, May 2026).
 */
test("another, with the compute buffer by itself", () => {
  const tower = visionTower("qwen3vl_merger", {
    layers: 24,
    embeddingLength: 1024,
    feedForwardLength: 4096,
    heads: 16,
    projectionLength: 2560,
    imageSize: 768,
    patchSize: 16,
    merge: 2,
  })!;
  const tensors = placeDrafts(towerTensors(tower, { width: 2560, places: 48 ** 2 }, "BF16"));
  const weights = tensors.reduce((sum, { bytes }) => sum + bytes, 0);
  const [onCard] = towerCompute(tower, tensors, [card, processor])!;
  expect(tower.warmUpSize).toBe(1472);
  expect([weights, onCard!.bytes].map((size) => (size / 2 ** 20).toFixed(2))).toEqual(["644.26", "223.30"]);
});

test.each(BUFFERS.map((row, index) => [row.type, index, row] as const))("%s (%i), to the byte", async (_, __, row) => {
  const { vision, audio, tensors } = projectorFromGguf(await projectorFile(row, await drafts(row)));
  const tower = (vision ?? audio)!;
  const alone = towerCompute(tower, tensors, [processor])!;
  expect(alone.map(({ bytes }) => bytes)).toEqual([row.processor]);
  if (row.nodes !== undefined) expect(alone[0]!.nodes).toBe(row.nodes);
  expect(towerCompute(tower, tensors, [card, processor])!.map(({ bytes }) => bytes)).toEqual([row.device, row.host]);
});

async function drafts(row: Buffers) {
  if (row.lengths === undefined) return draftsOf(row);
  const { vision, audio } = projectorFromGguf(await projectorFile(row));
  return towerTensors({ ...(vision ?? audio)!, ...(row.type === "pixtral" && { breaksRows: true }) }, row.lengths);
}

test("docs/vision.md counts what there is", async () => {
  const text = (await readFile(join(import.meta.dirname, "../../../../../docs/vision.md"), "utf8")).replaceAll(
    /\s+/g,
    " ",
  );
  const [images, sounds] = [VISION_ROWS, AUDIO_ROWS].map((rows) => Object.keys(rows).length);
  expect(text).toContain(`${images} kinds of image projectors and ${sounds} of sound are counted`);
  const graphs = `${graphsWritten("vision").length} kinds of image projectors and ${graphsWritten("audio").length} of sound`;
  expect(text).toContain(`For ${graphs} the graph is written down`);
});

test("no graph is written that was not compared", () => {
  for (const modality of ["vision", "audio"] as const) {
    const compared = new Set(BUFFERS.filter((row) => row.modality === modality).map(({ type }) => type));
    expect([...graphsWritten(modality)].toSorted()).toEqual([...compared].toSorted());
  }
});
