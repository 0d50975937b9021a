import { describe, expect, test } from "vitest";
import { deviceCatalog, type Device, type Rig } from "../../facts/hardware/index.ts";
import { modelCatalog, tensorList } from "../../facts/model/index.ts";
import { quantized } from "../../facts/recipe/index.ts";
import { llamaCppBuild, LLAMACPP_CALLERS } from "../../facts/runtime/index.ts";
import { layerPlaces, predictLlamaCpp } from "../../predict/memory/index.ts";
import { choose, type FitRequest } from "../fit/index.ts";
import { arrangements } from "./index.ts";

const GIB = 2 ** 30;
const host: Rig["host"] = {
  cpu: { model: "", vendor: "", physicalCores: 8, logicalCores: 16, features: ["avx2"] },
  ramBytes: 64 * GIB,
  availableBytes: 60 * GIB,
  swapBytes: 0,
  os: "linux",
  arch: "x64",
  bandwidthBytesPerSec: 60e9,
};

const catalog = await deviceCatalog();
const models = await modelCatalog();
const build = llamaCppBuild("b11434")!.build;

function card(name: string, gib: number, index: number): Device {
  const device: Device = {
    id: `GPU-${index}`,
    name,
    vendor: "nvidia",
    backend: "cuda",
    memoryKind: "discrete",
    totalBytes: gib * GIB,
    freeBytes: gib * GIB - GIB / 2,
  };
  return catalog.withCatalog({ name: "", host, devices: [device] }).devices[0]!;
}

function requestFor(rig: Rig, modelId: string, fileType: string, context: number): FitRequest {
  const found = models.findModel(modelId);
  if (found.kind !== "found") throw new Error(`${modelId} is not in the catalog`);
  const geometry = models.geometryFromRow(found.row)!;
  const tensors = quantized(geometry, tensorList(geometry)!, fileType).map((tensor) => ({
    ...tensor,
    offset: 0,
    file: 0,
  }));
  const caller = LLAMACPP_CALLERS["llama-server"];
  const fixed = { geometry, tensors, build, caller, devices: rig.devices, cpuFeatures: host.cpu.features };
  return {
    goal: "interactive",
    wishes: { context },
    geometry,
    tensors,
    rig,
    closable: { host: 0, devices: rig.devices.map(() => 0) },
    memory: (settings) => predictLlamaCpp({ ...fixed, settings }),
    placement: (settings) => layerPlaces(geometry, settings, rig.devices),
  };
}

function advise(devices: readonly Device[], model: string, fileType: string, context: number) {
  const rig: Rig = { name: "two cards", host, devices };
  const request = requestFor(rig, model, fileType, context);
  return arrangements(request, choose(request));
}

describe("a model over two unequal cards", () => {
  test("that fits on the faster one alone lies there", () => {
    const list = advise(
      [card("NVIDIA GeForce RTX 4060", 8, 0), card("NVIDIA GeForce RTX 3090", 24, 1)],
      "qwen3-8b",
      "Q4_K_M",
      8192,
    );
    expect(list[0]).toMatchObject({ kind: "one device", order: [1], flags: ["-sm", "none", "-mg", "1"] });
  });

  test("that needs both fills the faster one first, and the slower one takes the rest", () => {
    const list = advise(
      [card("NVIDIA GeForce RTX 4060", 8, 0), card("NVIDIA GeForce RTX 3090", 24, 1)],
      "qwen3-32b",
      "Q5_K_M",
      8192,
    );
    const best = list[0]!;
    expect(best).toMatchObject({ kind: "fastest first", order: [1, 0], onHost: 0 });
    expect(best.layers[0]).toBeGreaterThan(best.layers[1]! * 2);
    expect(best.flags).toEqual(["-dev", "CUDA1,CUDA0", "-ts", best.layers.join(",")]);
    const byItself = list.find(({ kind }) => kind === "free memory")!;
    expect(best.decode!.tokensPerSec).toBeGreaterThan(byItself.decode!.tokensPerSec);
  });

  test("one card needs no advice", () => {
    expect(advise([card("NVIDIA GeForce RTX 3090", 24, 0)], "qwen3-8b", "Q4_K_M", 8192)).toEqual([]);
  });
});
