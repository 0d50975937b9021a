import fc from "fast-check";
import { expect, test } from "vitest";
import type { Device } from "../../../facts/hardware/index.ts";
import { modelCatalog, tensorList } from "../../../facts/model/index.ts";
import { FILE_TYPE_NAMES, quantized } from "../../../facts/recipe/index.ts";
import { llamaCppBuild, LLAMACPP_CALLERS, type LlamaCppSettings } from "../../../facts/runtime/index.ts";
import type { Tensor } from "../../../facts/weights/index.ts";
import type { PlaceMemory } from "../memory.ts";
import { architectureOf } from "./architectures/index.ts";
import { OUTLINE_BAND, outlineLlamaCpp } from "./outline.ts";
import { predictLlamaCpp } from "./predict.ts";

const GIB = 2 ** 30;
const { MODELS, geometryFromRow } = await modelCatalog();

/** Every model that can be replayed. */
const models = MODELS.flatMap((row) => {
  const geometry = geometryFromRow(row);
  const shapes = geometry && architectureOf(geometry.architecture) && tensorList(geometry);
  const whole = geometry?.architecture === "mistral3" && geometry.layers[0]!.mixer.kind === "mla";
  return geometry && shapes && !whole ? [{ id: row.id, geometry, shapes }] : [];
});

function device(backend: Device["backend"], gib: number, index = 0): Device {
  const bytes = gib * GIB;
  return {
    id: `${index}`,
    name: "",
    vendor: "unknown",
    backend,
    memoryKind: "discrete",
    totalBytes: bytes,
    freeBytes: bytes,
  };
}

const rigs: readonly (readonly Device[])[] = [
  [],
  [device("cuda", 24)],
  [device("cuda", 24), device("cuda", 10, 1)],
  [device("vulkan", 16)],
  [device("rocm", 16), device("vulkan", 8, 1)],
];

const questions = fc.record({
  model: fc.nat(models.length - 1),
  fileType: fc.constantFrom(...FILE_TYPE_NAMES),
  devices: fc.constantFrom(...rigs),
  build: fc.constantFrom("v0.4.0", "b11434"),
  context: fc.constantFrom(4096, 8192, 16_384, 32_768, 131_072),
  sequences: fc.constantFrom(1, 2, 4),
  microBatch: fc.constantFrom(128, 256, 512, 2048),
  cacheType: fc.constantFrom("f16" as const, "q8_0" as const),
  layers: fc.constantFrom("all" as const, "all" as const, 10),
  expertsOnHost: fc.boolean(),
});

/** A file by its recipe, tensors one behind the other. */
function fileOf({ geometry, shapes }: (typeof models)[number], fileType: string): Tensor[] {
  let end = 0;
  return quantized(geometry, shapes, fileType).map((tensor) => {
    const offset = end;
    end += Math.ceil(tensor.bytes / 32) * 32;
    return { ...tensor, offset, file: 0 };
  });
}

function total({ terms }: PlaceMemory): number {
  return Object.values(terms).reduce((sum, bytes) => sum + bytes, 0);
}

test("an outline holds what the whole replay says, in every place, within its band", () => {
  fc.assert(
    fc.property(questions, (asked) => {
      const model = models[asked.model]!;
      const { fileType, devices, sequences, microBatch, cacheType } = asked;
      // the least file type that a recipe has not for all models
      if (fileType === "Q1_0") return;
      const settings: LlamaCppSettings = {
        context: asked.context * sequences,
        sequences,
        unifiedCache: false,
        batch: microBatch,
        microBatch,
        flashAttention: true,
        cacheTypeK: cacheType,
        cacheTypeV: cacheType,
        gpuLayers: devices.length === 0 ? 0 : asked.layers,
        ...(asked.expertsOnHost ? { expertLayersOnHost: model.geometry.layers.length } : {}),
      };
      const fixed = {
        geometry: model.geometry,
        build: llamaCppBuild(asked.build)!.build,
        caller: LLAMACPP_CALLERS["llama-server"],
        devices,
        cpuFeatures: ["avx2"],
      };
      const whole = predictLlamaCpp({ ...fixed, tensors: fileOf(model, fileType), settings });
      // an outline leaves layers out, and does not see that all of them are too many for the engine's table
      if (whole.kind === "rejected" && whole.reason === "graph-too-long") return;
      const outline = outlineLlamaCpp({ ...fixed, shapes: model.shapes }).predict(settings, fileType);
      expect(outline.kind, model.id).toBe(whole.kind);
      if (whole.kind === "rejected" || outline.kind === "rejected") return;
      for (const [index, place] of whole.places.entries()) {
        const node = outline.footprint.parts![index]!;
        const bytes = total(place);
        expect(node.low ?? node.value, `${model.id} ${place.label}`).toBeLessThanOrEqual(bytes);
        expect(node.high ?? node.value, `${model.id} ${place.label}`).toBeGreaterThanOrEqual(bytes);
        // all but the compute buffer is exact
        const { compute: _, ...exact } = place.terms;
        expect(outline.places[index]!.terms, model.id).toMatchObject(exact);
      }
      const { low, high, value } = outline.footprint;
      expect(high! - low!).toBeLessThanOrEqual(2 * OUTLINE_BAND * value + 1);
    }),
    { seed: 4, numRuns: 80 },
  );
}, 60_000);
