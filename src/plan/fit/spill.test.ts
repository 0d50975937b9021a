// The split that is chosen, against all splits there are, one by one.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Device, Rig } from "../../facts/hardware/index.ts";
import type { Geometry } from "../../facts/model/index.ts";
import type { LlamaCppSettings } from "../../facts/runtime/index.ts";
import type { Tensor } from "../../facts/weights/index.ts";
import { between, bytes, sum } from "../../predict/estimate/index.ts";
import { layerPlaces, type MemoryPrediction } from "../../predict/memory/index.ts";
import { decodePace } from "../../predict/speed/index.ts";
import { settingsFor } from "./choose.ts";
import { paceInput } from "./pace-input.ts";
import type { FitRequest } from "./request.ts";
import { type Part, spill } from "./spill.ts";
import type { PlaceBalance } from "./verdict.ts";
import { weigh } from "./weigh.ts";

const MIB = 2 ** 20;

const layer = fc.record({
  /** MiB */
  dense: fc.integer({ min: 20, max: 120 }),
  experts: fc.integer({ min: 40, max: 400 }),
  /** MiB a thousand tokens */
  cache: fc.integer({ min: 0, max: 30 }),
});

const cases = fc.record({
  layers: fc.array(layer, { minLength: 1, maxLength: 9 }),
  hasExperts: fc.boolean(),
  outputMib: fc.integer({ min: 0, max: 300 }),
  free: fc.array(fc.integer({ min: 400, max: 4000 }), { minLength: 1, maxLength: 3 }),
  bandwidth: fc.integer({ min: 10, max: 1000 }),
  unified: fc.boolean(),
  ram: fc.integer({ min: 100, max: 4000 }),
  contexts: fc.constantFrom([4000], [16_000, 8000, 4000], [32_000, 4000]),
  /** MiB of a graph on each place, and by how much it differs from share to share */
  compute: fc.integer({ min: 0, max: 500 }),
  uneven: fc.integer({ min: 0, max: 1000 }),
  /** of the quick replay, a share */
  band: fc.constantFrom(0, 0.2, 0.5),
  /** every so many layers the engine refuses */
  refused: fc.integer({ min: 2, max: 30 }),
  knows: fc.constantFrom("all", "least", "whole"),
});
type Case = typeof cases extends fc.Arbitrary<infer One> ? One : never;

function requestOf(one: Case): FitRequest {
  const geometry: Geometry = {
    architecture: "llama",
    embeddingLength: 512,
    vocabularySize: 1000,
    contextLength: 32_768,
    tiedEmbeddings: false,
    layers: one.layers.map(() => ({
      kind: "trunk",
      mixer: { kind: "attention", span: "full", heads: 8, kvHeads: 8, keyLength: 64, valueLength: 64 },
      feedForward: one.hasExperts
        ? { kind: "experts", length: 64, experts: 8, expertsUsed: 2, gated: true, sharedLength: 0 }
        : { kind: "dense", length: 64, gated: true },
    })) as Geometry["layers"],
  };
  const tensor = (name: string, mib: number): Tensor => ({
    name,
    shape: [512, mib * 1024],
    type: "F16",
    bytes: mib * MIB,
    offset: 0,
    file: 0,
  });
  const tensors = [
    tensor("output.weight", one.outputMib),
    ...one.layers.flatMap(({ dense, experts }, at) => [
      tensor(`blk.${at}.ffn_up.weight`, dense),
      ...(one.hasExperts ? [tensor(`blk.${at}.ffn_up_exps.weight`, experts)] : []),
    ]),
  ];
  const devices = one.free.map((mib, at): Device => ({
    id: `GPU-${at}`,
    name: "RTX 3090",
    vendor: "nvidia",
    backend: "cuda",
    memoryKind: one.unified ? "unified" : "discrete",
    freeBytes: mib * MIB,
    bandwidthBytesPerSec: one.bandwidth * 1e9,
    architecture: "ampere",
  }));
  const rig: Rig = {
    name: "test",
    devices,
    host: {
      cpu: { model: "CPU", vendor: "x", physicalCores: 8, logicalCores: 16, features: ["avx2"] },
      ramBytes: 64 * 1024 * MIB,
      availableBytes: one.ram * MIB,
      bandwidthBytesPerSec: 60e9,
      swapBytes: 0,
      os: "linux",
      arch: "x64",
    },
  };
  const placement = (settings: LlamaCppSettings) => layerPlaces(geometry, settings, devices);
  /** `band`: undefined for what is stored alone */
  const memory =
    (band: number | undefined) =>
    (settings: LlamaCppSettings): MemoryPrediction => {
      const where = placement(settings);
      const { expertLayersOnHost = 0, gpuLayers } = settings;
      const parts = (gpuLayers === "all" ? one.layers.length + 1 : gpuLayers) * 31 + Number(expertLayersOnHost);
      if (parts % one.refused === 1) return { kind: "rejected", reason: "refused", because: "this fake does" };
      const places = ["host" as const, ...devices.keys()].map((place) => {
        let [weights, kv] = [where.at(-1) === place ? one.outputMib : 0, 0];
        one.layers.forEach(({ dense, experts, cache }, at) => {
          const moved = at < Number(expertLayersOnHost);
          if (where[at] === place) weights += dense;
          if (one.hasExperts && (moved ? "host" : where[at]) === place) weights += experts;
          if (where[at] === place) kv += (cache * settings.context) / 1000;
        });
        // neighbours differ as far as the search takes them to
        const share = 0.85 + (((parts * 7 + (place === "host" ? 3 : place) * 5 + one.uneven) % 11) / 11) * 0.15;
        const compute = band === undefined ? 0 : Math.round(one.compute * share * MIB);
        const label = place === "host" ? "host" : `GPU ${place}`;
        const terms = { weights: weights * MIB, kv: Math.round(kv * MIB), compute };
        const off = compute * (band ?? 0);
        const tree = sum(place === "host" ? "host" : `device-${place}`, label, [
          bytes("weights", "weights", terms.weights, "header"),
          bytes("kv", "kv", terms.kv, "formula"),
          between("compute", "compute", [compute - off, compute, compute + off], "formula"),
        ]);
        return { place: { place, label, terms }, tree };
      });
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
    };
  return {
    goal: "batch",
    wishes: {},
    geometry,
    tensors,
    rig,
    closable: { host: 0, devices: devices.map(() => 0) },
    memory: memory(0),
    ...(one.knows === "all" ? { about: memory(one.band) } : {}),
    ...(one.knows === "whole" ? {} : { least: memory(undefined) }),
    placement,
  };
}

const THREADS = 7;

function settingsAt(context: number, part: Part): LlamaCppSettings {
  return settingsFor({ context, users: 1, microBatch: 512, cacheType: "f16", ...part });
}

/** In memory before from the disk, a longer context before a shorter one; then the fewest layers or experts, whichever is faster. */
function oneByOne(request: FitRequest, contexts: readonly number[]): readonly { part: Part; context: number }[] {
  const count = request.geometry.layers.length;
  for (const room of [({ margin }: PlaceBalance) => margin, ({ margin, mapped }: PlaceBalance) => margin + mapped]) {
    for (const context of contexts) {
      const fits = (part: Part) => {
        const { prediction, now } = weigh(request, settingsAt(context, part));
        return prediction.kind !== "rejected" && now.places.every((place) => room(place) >= 0);
      };
      const hasExperts = request.geometry.layers.some(({ feedForward }) => feedForward.kind === "experts");
      const experts = Array.from({ length: hasExperts ? count : 0 }, (_, at): Part => ({
        gpuLayers: "all",
        expertLayersOnHost: at + 1,
      })).find(fits);
      const layers = Array.from({ length: count + 1 }, (_, at): Part => ({ gpuLayers: count - at })).find(fits);
      const ways = [experts, layers].filter((part) => part !== undefined);
      if (ways.length > 0) return ways.map((part) => ({ part, context }));
    }
  }
  return [];
}

function paceOf(request: FitRequest, { part, context }: { part: Part; context: number }): number {
  const weighed = weigh(request, settingsAt(context, part));
  return decodePace(paceInput(request, { ...weighed, threads: THREADS }), 0)?.tokensPerSec ?? 0;
}

test("the chosen split has room whenever any has, and is the best of them", () => {
  let windows = 0;
  fc.assert(
    fc.property(cases, (one) => {
      const request = requestOf(one);
      const found = spill(request, settingsAt, one.contexts, THREADS);
      const ways = oneByOne(request, one.contexts);
      if (ways.length === 0) {
        expect(found).toBeUndefined();
        return;
      }
      const best = ways.toSorted((a, b) => paceOf(request, b) - paceOf(request, a))[0]!;
      expect({ ...found, settings: undefined }).toEqual({ ...best.part, context: best.context, settings: undefined });
      if (Number(best.part.gpuLayers) > 0) windows += 1;
    }),
    { seed: 8, numRuns: 1000 },
  );
  expect(windows).toBeGreaterThan(100);
});
