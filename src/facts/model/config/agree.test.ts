import { describe, expect, it } from "vitest";
import { memorySource, readGguf, writeGguf } from "../../weights/index.ts";
import { geometryFromRow, MODELS } from "../catalog/index.ts";
import type { Geometry } from "../geometry.ts";
import { geometryFromGguf } from "../gguf-geometry.ts";
import { draftTensors } from "../model-tensors.ts";
import { tensorList } from "../tensors/index.ts";
import { ggufKeys } from "../testing/gguf-keys.ts";
import { geometryFromConfig } from "./index.ts";
import { MODEL_TYPES } from "./model-types.ts";
import { PUBLISHED } from "./testing/published.ts";
import { RECALLED_EARLY } from "./testing/recalled-early.ts";
import { RECALLED_LATE } from "./testing/recalled-late.ts";

// Three ways to a geometry: a configuration, a catalog row, a file. Where two are at hand they must lead to the same.

const CONFIGS = { ...PUBLISHED, ...RECALLED_EARLY, ...RECALLED_LATE };

describe.each(Object.entries(CONFIGS))("%s", (id, config) => {
  const row = MODELS.find((model) => model.id === id)!;
  const geometry = geometryFromConfig(config, { name: row.name });

  it("is the same from its configuration and from its row", () => {
    expect(plain(geometry)).toEqual(plain(geometryFromRow(row)!));
  });

  it("is the same from its configuration and from a file converted from it", async () => {
    const { vision: _, ...wanted } = geometry;
    if (!tensorList(wanted)) return expect(WITHOUT_TENSORS).toContain(geometry.architecture);
    const { header, fileBytes } = writeGguf({ metadata: ggufKeys(wanted), tensors: draftTensors(wanted, () => "F16") });
    const file = await readGguf({ ...memorySource(header), size: fileBytes });
    expect(geometryFromGguf(file)).toEqual(wanted);
  });
});

/** Architectures whose tensors are not written down, so that no file can be made. */
const WITHOUT_TENSORS: string[] = [];

it("covers every architecture whose memory has been measured", () => {
  const covered = new Set(Object.values(CONFIGS).map((config) => geometryFromConfig(config).architecture));
  for (const architecture of MEASURED) expect(covered).toContain(architecture);
});

it("knows a model type for every architecture in the catalog that has a geometry", () => {
  const known = new Set(
    Object.values(MODEL_TYPES).flatMap((type) => [type.architecture, type.withExperts, type.withoutRecurrent]),
  );
  const missing = MODELS.filter((row) => geometryFromRow(row) && !known.has(row.architecture));
  expect(missing.map(({ id }) => id)).toEqual([]);
});

const MEASURED = (
  "llama qwen3 qwen2 qwen3moe gemma3 gpt-oss deepseek2 qwen35moe granitehybrid glm4 phi3 seed_oss mistral3 minimax-m2 gemma2 " +
  "olmoe cohere2 gemma4 qwen3next ernie4_5-moe olmo2 bailingmoe2 qwen35"
).split(" ");

/** Rows have encoders only where they were seen whole. */
function plain({ vision: _, ...geometry }: Geometry): Omit<Geometry, "vision"> {
  return geometry;
}
