import { describe, expect, it } from "vitest";
import type { Device } from "../../../facts/hardware/index.ts";
import type { LlamaCppSettings } from "../../../facts/runtime/index.ts";
import { deviceNames, usedDevices } from "./devices.ts";
import { layerPlaces, predictLlamaCpp } from "./predict.ts";
import { build, cards, question, SMOLLM2, softwareDevices } from "./testing/models.ts";

const SETTINGS = question(SMOLLM2).settings;

function names(devices: readonly Device[], settings: Partial<LlamaCppSettings> = {}): string[] {
  return usedDevices(devices, { ...SETTINGS, ...settings }).map(({ name }) => name);
}

describe("devices the engine uses", () => {
  it("are counted by back end, and by machine where that is another", () => {
    const [card] = cards(1);
    const away = { ...card!, node: "attic" };
    expect(deviceNames([...cards(2), ...softwareDevices(1), away, away])).toEqual([
      "CUDA0",
      "CUDA1",
      "Vulkan0",
      "RPC0[attic]",
      "RPC1[attic]",
    ]);
  });

  it("are other machines first, and shared graphics only where there is no card", () => {
    const [card, other] = cards(2);
    const shared: Device = { ...other!, backend: "vulkan", memoryKind: "unified" };
    expect(names([card!, { ...other!, node: "attic" }])).toEqual(["RPC0[attic]", "CUDA0"]);
    expect(names([shared, card!])).toEqual(["CUDA0"]);
    expect(names([shared])).toEqual(["Vulkan0"]);
  });

  it("are those of -dev in its order; one of them with -sm none", () => {
    expect(names(cards(3), { devices: ["CUDA2", "CUDA0"] })).toEqual(["CUDA2", "CUDA0"]);
    expect(names(cards(3), { devices: [] })).toEqual([]);
    expect(names(cards(3), { splitMode: "none", mainGpu: 1 })).toEqual(["CUDA1"]);
    expect(names(cards(3), { splitMode: "none", devices: ["CUDA2", "CUDA0"] })).toEqual(["CUDA2"]);
    expect(names(cards(3), { splitMode: "none", mainGpu: -1 })).toEqual([]);
  });

  it("keep their place in the rig whatever their order", () => {
    const settings = { gpuLayers: "all", devices: ["CUDA2", "CUDA0"] } as const;
    expect(new Set(layerPlaces(SMOLLM2.geometry, { ...SETTINGS, ...settings }, cards(3)))).toEqual(new Set([2, 0]));
    const prediction = predictLlamaCpp(question(SMOLLM2, settings, { devices: cards(3), build: build("b11434") }));
    if (prediction.kind === "rejected") throw new Error(prediction.because);
    const weights = prediction.buffers.filter(({ term, place }) => term === "weights" && place !== "host");
    expect(weights.map(({ label, place }) => [label, place])).toEqual([
      ["CUDA0", 0],
      ["CUDA2", 2],
    ]);
    expect(prediction.places.map(({ label }) => label)).toEqual(["CPU", "CUDA0", "CUDA1", "CUDA2"]);
    expect(prediction.places[2]!.terms).toEqual({});
  });

  it("are named, with what there is, where they are not there", () => {
    expect(() => names(cards(1), { devices: ["CUDA1"] })).toThrow(
      "-dev CUDA1 names no device of this rig; its devices are CUDA0.",
    );
    expect(() => names(cards(1), { splitMode: "none", mainGpu: 1 })).toThrow("-mg 1 names no device: 1 take part");
  });

  it("do not share matrices by rows", () => {
    const asked = question(SMOLLM2, { splitMode: "row", gpuLayers: "all" }, { devices: cards(2) });
    expect(() => predictLlamaCpp(asked)).toThrow("-sm row cannot be predicted");
  });
});
