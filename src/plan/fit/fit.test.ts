import { describe, expect, test } from "vitest";
import type { Device, Rig } from "../../facts/hardware/index.ts";
import type { Geometry } from "../../facts/model/index.ts";
import type { LlamaCppSettings } from "../../facts/runtime/index.ts";
import { bytes, sum } from "../../predict/estimate/index.ts";
import type { MemoryPrediction } from "../../predict/memory/index.ts";
import { alternatives, choose, good, longestContext, type FitRequest } from "./index.ts";

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const LAYERS = 31; // 30 and the output layer

const geometry: Geometry = {
  architecture: "llama",
  embeddingLength: 576,
  vocabularySize: 49152,
  contextLength: 32768,
  tiedEmbeddings: true,
  layers: Array.from({ length: LAYERS - 1 }, () => ({
    kind: "trunk" as const,
    mixer: { kind: "attention" as const, span: "full" as const, heads: 9, kvHeads: 3, keyLength: 64, valueLength: 64 },
    feedForward: { kind: "dense" as const, length: 1536, gated: true },
  })),
};

/** 3100 MiB of weights, 100 a layer; 0.1 MiB of f16 cache a token, half of it for q8_0. Where a layer lies, its memory lies. */
function memory(settings: LlamaCppSettings): MemoryPrediction {
  if (settings.cacheTypeK === "q4_0")
    return { kind: "rejected", reason: "no q4_0 here", because: "this fake refuses it" };
  const onDevice = settings.gpuLayers === "all" ? LAYERS : settings.gpuLayers;
  const cache = settings.context * (settings.cacheTypeK === "f16" ? 0.1 : 0.05) * MIB;
  const at = (place: "host" | number, layers: number) => {
    const terms = { weights: layers * 100 * MIB, kv: Math.round((cache * layers) / LAYERS), compute: 50 * MIB };
    const tree = sum(place === "host" ? "host" : `device-${place}`, place === "host" ? "host" : `GPU ${place}`, [
      bytes("weights", "weights", terms.weights, "header"),
      bytes("kv", "kv cache", terms.kv, "formula"),
      bytes("compute", "compute", terms.compute, "formula"),
    ]);
    return { place: { place, label: tree.label, terms }, tree };
  };
  const places = settings.gpuLayers === 0 ? [at("host", LAYERS)] : [at(0, onDevice), at("host", LAYERS - onDevice)];
  return {
    kind: "fits-engine",
    places: places.map(({ place }) => place),
    buffers: [],
    footprint: sum(
      "memory",
      "memory",
      places.map(({ tree }) => tree),
    ),
  };
}

function request(
  options: { available: number; free?: number; closable?: number } & Partial<
    Pick<FitRequest, "goal" | "wishes" | "measuredThreads">
  >,
): FitRequest {
  const device: Device = {
    id: "GPU-0",
    name: "Card",
    vendor: "nvidia",
    backend: "cuda",
    memoryKind: "discrete",
    freeBytes: options.free ?? 0,
  };
  const rig: Rig = {
    name: "test",
    devices: options.free === undefined ? [] : [device],
    host: {
      cpu: { model: "CPU", vendor: "x", physicalCores: 8, logicalCores: 16, features: ["avx2"] },
      ramBytes: 64 * GIB,
      availableBytes: options.available,
      swapBytes: 0,
      os: "linux",
      arch: "x64",
    },
  };
  return {
    goal: options.goal ?? "interactive",
    wishes: options.wishes ?? {},
    geometry,
    tensors: [],
    rig,
    closable: { host: options.closable ?? 0, devices: [0] },
    memory,
    placement: () => [],
    ...(options.measuredThreads === undefined ? {} : { measuredThreads: options.measuredThreads }),
  };
}

test("with room for everything the goal's own settings are taken, each with its reason", () => {
  const choice = choose(request({ available: 32 * GIB }));
  expect(choice.now.verdict).toBe("fits");
  expect(choice.context).toBe(8192);
  expect(choice.settings).toMatchObject({ context: 8192, sequences: 1, gpuLayers: 0, cacheTypeK: "f16" });
  for (const { because } of choice.decisions) expect(because.length).toBeGreaterThan(5);
  expect(alternatives(request({ available: 32 * GIB }), choice)).toEqual([]);
});

test("context gives way before layers leave the device", () => {
  // all layers with 8k: 3100 + 819 + 50 + 388 MiB; with 2k: 3100 + 205 + 50 + 388
  expect(choose(request({ available: 32 * GIB, free: 4500 * MIB })).settings.gpuLayers).toBe("all");
  const shorter = choose(request({ available: 32 * GIB, free: 3900 * MIB }));
  expect(shorter.settings.gpuLayers).toBe("all");
  expect(shorter.context).toBe(2048);
  const partial = choose(request({ available: 32 * GIB, free: 2000 * MIB }));
  // once layers leave, a short context would save one of them
  expect(partial.context).toBe(8192);
  expect(partial.settings.gpuLayers).toBe(12);
  expect(partial.now.verdict).toBe("tight");
  expect(partial.decisions.find(({ setting }) => setting === "layers on device")?.because).toContain(
    "19 stay on the CPU",
  );
});

test("what was asked for stays, and the verdict says what it costs", () => {
  const choice = choose(
    request({ available: 32 * GIB, free: 2000 * MIB, wishes: { context: 16384, gpuLayers: "all" } }),
  );
  expect(choice.context).toBe(16384);
  expect(choice.settings.gpuLayers).toBe("all");
  expect(choice.now.verdict).toBe("does not fit");
  expect(choice.decisions.filter(({ asked }) => asked).map(({ setting }) => setting)).toEqual([
    "context",
    "layers on device",
  ]);
});

test("weights that exceed RAM are read from disk, a cache that does is not", () => {
  expect(choose(request({ available: 2 * GIB })).now.verdict).toBe("runs from disk");
  expect(choose(request({ available: 200 * MIB })).now.verdict).toBe("does not fit");
});

test("where the RAM is too small as well, devices are filled and the rest is read from disk", () => {
  const choice = choose(request({ available: 1 * GIB, free: 2000 * MIB }));
  expect(choice.now.verdict).toBe("runs from disk");
  // 12 layers as with RAM enough: 100 MiB of weights, 26 of cache each, 50 and 388 beside them
  expect(choice.settings.gpuLayers).toBe(12);
  expect(choice.decisions.find(({ setting }) => setting === "layers on device")?.because).toContain("from the disk");
});

test("after closing what uses memory is a verdict of its own", () => {
  const choice = choose(request({ available: 2 * GIB, closable: 8 * GIB }));
  expect(choice.now.verdict).toBe("runs from disk");
  expect(choice.afterClosing.verdict).toBe("fits");
  expect(choice.afterClosing.marginBytes - choice.now.marginBytes).toBe(8 * GIB);
});

test("what would make it fit is computed, and what the engine refuses is not offered", () => {
  const asked = request({
    available: 32 * GIB,
    free: 4600 * MIB,
    wishes: { context: 16384, gpuLayers: "all" },
    goal: "batch",
  });
  const choice = choose(asked);
  expect(choice.now.verdict).toBe("does not fit");
  const offered = alternatives(asked, choice);
  expect(offered.map(({ change }) => change)).toContain("kv type q8_0 instead of f16");
  const layers = offered.find(({ flags }) => flags.startsWith("--gpu-layers"))!;
  expect(layers.change).toContain("instead of all");
  const count = Number(layers.flags.split(" ")[1]);
  const placed = (gpuLayers: number) =>
    choose(request({ available: 32 * GIB, free: 4600 * MIB, goal: "batch", wishes: { context: 16384, gpuLayers } }));
  expect(placed(count).now.verdict).toBe("tight");
  expect(placed(count + 1).now.verdict).toBe("does not fit");
  expect(offered.map(({ change }) => change)).not.toContain("kv type q4_0 instead of f16");
  const shorter = offered.find(({ change }) => change.startsWith("context"))!;
  expect(["fits", "tight"]).toContain(shorter.verdict);
  const longest = longestContext(asked, choice)!;
  expect(shorter.flags).toBe(`--context ${longest}`);
  const wish = (context: number) =>
    choose(request({ available: 32 * GIB, free: 4600 * MIB, goal: "batch", wishes: { context, gpuLayers: "all" } }));
  expect(["fits", "tight"]).toContain(wish(longest).now.verdict);
  expect(wish(longest + 256).now.verdict).toBe("does not fit");
});

test("the longest context is the trained length where that fits, also when it is no multiple of 256", () => {
  const trained = (contextLength: number, available: number) => {
    const asked = { ...request({ available }), geometry: { ...geometry, contextLength } };
    return longestContext(asked, choose(asked));
  };
  expect(trained(1000, 32 * GIB)).toBe(1000);
  expect(trained(100, 32 * GIB)).toBe(100);
  expect(trained(131072, 32 * GIB)).toBe(131072);
  // 131072 tokens take 12.8 GiB of cache; of 8 GiB about 4.9 are left beside weights
  const some = trained(131072, 8 * GIB)!;
  expect(some % 256).toBe(0);
  expect(some).toBeGreaterThan(40_000);
  expect(some).toBeLessThan(60_000);
});

test("reasons are true: no fit is claimed where nothing fits, no wish fulfilled without a GPU", () => {
  const layers = (asked: FitRequest) => choose(asked).decisions.find(({ setting }) => setting === "layers on device")!;
  expect(layers(request({ available: 100 * MIB, free: 300 * MIB })).because).not.toMatch(/fits:|most that fits/);
  const without = layers(request({ available: 32 * GIB, wishes: { gpuLayers: 5 } }));
  expect(without).toMatchObject({ value: 0, because: expect.stringContaining("5 asked for, but there is no GPU") });
  expect(without.asked).toBeUndefined();
});

test("settings the engine rejects are no fit, with the engine's reason", () => {
  const choice = choose(request({ available: 32 * GIB, wishes: { cacheType: "q4_0" } }));
  expect(choice.now.verdict).toBe("does not fit");
  expect(choice.prediction).toMatchObject({ kind: "rejected", reason: "no q4_0 here" });
});

test("measured threads win over a count of cores", () => {
  expect(choose(request({ available: 32 * GIB })).threads).toBe(7);
  expect(choose(request({ available: 32 * GIB, measuredThreads: 3 })).threads).toBe(3);
  expect(choose(request({ available: 32 * GIB, measuredThreads: 3, wishes: { threads: 5 } })).threads).toBe(5);
});

/** A chip that shares 16 GiB with its processor, its GPU held to a part of them. */
function shared(limitBytes: number): FitRequest {
  const asked = request({ available: 14 * GIB, free: limitBytes });
  const device: Device = {
    ...asked.rig.devices[0]!,
    vendor: "apple",
    backend: "metal",
    memoryKind: "unified",
    totalBytes: limitBytes,
  };
  const host = { ...asked.rig.host, ramBytes: 16 * GIB, os: "darwin" as const };
  return { ...asked, rig: { ...asked.rig, host, devices: [device] } };
}

test("a shared memory's limit that keeps layers from the GPU is offered to be raised, with the command", () => {
  const asked = shared(2 * GIB);
  const choice = choose(asked);
  expect(choice.settings.gpuLayers).not.toBe("all");
  const raised = alternatives(asked, choice).find(({ change }) => change.startsWith("raise"))!;
  expect(raised).toEqual({
    change: `raise the GPU's limit to 12 GiB: then ${LAYERS} layers on the device`,
    flags: "sudo sysctl iogpu.wired_limit_mb=12288",
    verdict: "fits",
    marginBytes: raised.marginBytes,
    savedBytes: 0,
  });
});

test("no limit is offered to be raised where all fits, where it is high enough, or on a card of its own memory", () => {
  for (const asked of [shared(10 * GIB), shared(13 * GIB), request({ available: 32 * GIB, free: 2000 * MIB })])
    expect(alternatives(asked, choose(asked)).filter(({ change }) => change.startsWith("raise"))).toEqual([]);
});

test("what is taken already is part of the need where nobody could ask, and both ends of it count", () => {
  const asked = request({ available: 32 * GIB, free: 6 * GIB });
  const held = [
    { key: "desktop", label: "desktop", lowBytes: 0, bytes: 100 * MIB, highBytes: 2 * GIB, source: "a test" },
  ];
  const device: Device = { ...asked.rig.devices[0]!, totalBytes: 6 * GIB, freeBytes: 6 * GIB - 100 * MIB, held };
  const choice = choose({ ...asked, rig: { ...asked.rig, devices: [device] } });
  const [place] = choice.now.places;
  expect(place).toMatchObject({ have: 6 * GIB, whole: true, verdict: "tight" });
  expect(place!.needHigh - place!.need).toBeGreaterThan(1.9 * GIB);
  expect(choice.memory!.label).toBe("memory in use");
  expect(choice.memory!.parts![0]!.parts!.map(({ key }) => key)).toContain("desktop");
  // a probed card of the same memory fits: what is free is known
  expect(choose(request({ available: 32 * GIB, free: 6 * GIB })).now.verdict).toBe("fits");
});

describe("other weights", () => {
  const smaller = (asked: FitRequest, share: number): FitRequest => ({
    ...asked,
    memory: (settings) => {
      const prediction = asked.memory(settings);
      if (prediction.kind === "rejected") return prediction;
      const places = prediction.places.map((place) => ({
        ...place,
        terms: { ...place.terms, weights: (place.terms.weights ?? 0) * share },
      }));
      const nodes = places.map(({ place, label, terms }) =>
        sum(
          place === "host" ? "host" : `device-${place}`,
          label,
          Object.entries(terms).map(([term, value]) => bytes(term, term, value, "formula")),
        ),
      );
      return { ...prediction, places, footprint: sum("memory", "memory", nodes) };
    },
  });

  test("the largest smaller file type that fits is offered, and none below it", () => {
    const asked = request({ available: 32 * GIB, free: 3200 * MIB });
    const types = [0.95, 0.6, 0.4].map((share, index) => ({
      fileType: `T${index}`,
      instead: "T",
      request: () => smaller(asked, share),
    }));
    const whole: FitRequest = { ...asked, smaller: types };
    const choice = choose(whole);
    expect(choice.settings.gpuLayers).not.toBe("all");
    const offered = alternatives(whole, choice).filter(({ flags }) => flags.startsWith("--quant"));
    expect(offered.map(({ change }) => change)).toEqual(["T1 instead of T"]);
    expect(good(offered[0]!.verdict)).toBe(true);
  });

  test("where all fits but a person would wait, the largest file type that is fast enough is offered", () => {
    const asked = request({ available: 32 * GIB });
    // weights of 6 GB at 20 GB/s: some 3 tok/s; a half of them twice as fast
    const slow = { ...asked, rig: { ...asked.rig, host: { ...asked.rig.host, bandwidthBytesPerSec: 20e9 } } };
    const weights = (bytesPerLayer: number) =>
      geometry.layers.map((_, layer) => ({
        name: `blk.${layer}.ffn_up.weight`,
        shape: [32, (bytesPerLayer / 34) | 0],
        type: "Q8_0" as const,
        file: 0,
        offset: 0,
        bytes: bytesPerLayer,
      }));
    const whole: FitRequest = {
      ...slow,
      placement: () => Array.from({ length: LAYERS }, () => "host" as const),
      tensors: weights(200e6),
      smaller: [0.9, 0.4, 0.2].map((share, index) => ({
        fileType: `T${index}`,
        instead: "T",
        request: () => ({ ...whole, tensors: weights(200e6 * share) }),
      })),
    };
    const offered = alternatives(whole, choose(whole));
    expect(offered.map(({ flags }) => flags)).toEqual(["--quant T1"]);
    expect(offered[0]!.decodePerSec).toBeGreaterThan(5.3);
    expect(alternatives({ ...whole, goal: "batch" }, choose({ ...whole, goal: "batch" }))).toEqual([]);
  });
});
