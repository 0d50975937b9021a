import { expect, test } from "vitest";
import { projectorFromGguf, towerTensors, type TensorLengths } from "../../../../facts/model/index.ts";
import { llamaCppBuild } from "../../../../facts/runtime/index.ts";
import { cpuBackend, cpuBuffer } from "../backends/cpu.ts";
import { deviceBackend } from "../backends/device.ts";
import { towerCompute } from "./projector-memory.ts";
import { type Asked, projectorFile } from "./testing/asked.ts";
import table from "./testing/engine-buffers.json" with { type: "json" };

/**
 * Compute buffers that the engine's own code reserved (tools/mtmd of b11434 with nothing allocated): on a processor, and on a stand-in
 * device with the rules of the CUDA back end, with what stayed on the host.
 */
interface Buffers extends Asked {
  readonly lengths: TensorLengths;
  readonly processor: number;
  readonly device: number;
  readonly host: number;
}

const BUFFERS = table as unknown as readonly Buffers[];

test.each(BUFFERS.map((row, index) => [row.type, index, row] as const))("%s (%i), to the byte", async (_, __, row) => {
  const head = projectorFromGguf(await projectorFile(row));
  const drafts = towerTensors(
    { ...(head.vision ?? head.audio)!, ...(row.type === "pixtral" && { breaksRows: true }) },
    row.lengths,
  );
  const { vision, audio, tensors } = projectorFromGguf(await projectorFile(row, drafts));
  const tower = (vision ?? audio)!;
  const cpu = cpuBuffer(32);
  const processor = cpuBackend(cpu, cpu);
  expect(towerCompute(tower, tensors, [processor])!.map(({ bytes }) => bytes)).toEqual([row.processor]);
  const device = { id: "0", name: "card", vendor: "nvidia", backend: "cuda", memoryKind: "discrete" } as const;
  const card = deviceBackend({ device, rigIndex: 0, name: "CUDA0" }, 0, llamaCppBuild("b11434")!.build, false);
  expect(towerCompute(tower, tensors, [card, processor])!.map(({ bytes }) => bytes)).toEqual([row.device, row.host]);
});
