import { expect, it } from "vitest";
import { geometryFromGguf, modelCatalog, tensorList, type Geometry } from "../../src/facts/model/index.ts";
import { memorySource, readGguf, writeGguf } from "../../src/facts/weights/index.ts";
import { cutGeometry } from "./cut.ts";
import { headerDraft } from "./header.ts";

/** Architectures of which at least one header must be written. */
const ASKED =
  "llama qwen2 qwen3 qwen3moe gemma2 gemma3 gemma4 gpt-oss qwen35 qwen35moe qwen3next granitehybrid deepseek2 seed_oss mistral3 " +
  "phi3 minimax-m2 olmoe cohere2 ernie4_5-moe olmo2 bailingmoe2 glm4 smollm3 qwen3vl qwen3vlmoe glm4moe exaone4 granite hunyuan-moe";

async function written(): Promise<Geometry[]> {
  const { MODELS, geometryFromRow } = await modelCatalog();
  const all = MODELS.flatMap((row) =>
    [false, true].slice(0, row.mtpLayers ? 2 : 1).map((mtp) => geometryFromRow(row, { mtp })),
  );
  return all.filter((geometry) => geometry !== undefined).filter((geometry) => tensorList(geometry) !== undefined);
}

async function readBack(geometry: Geometry): Promise<Geometry> {
  const { header, fileBytes } = writeGguf(headerDraft(geometry));
  return geometryFromGguf(await readGguf({ ...memorySource(header), size: fileBytes }));
}

/** Encoders come in files of their own. */
function withoutEncoders({ vision: _, audio: __, ...geometry }: Geometry): Geometry {
  return geometry;
}

it("says the geometry it was written from, for every model of the catalog whose tensors are written down", async () => {
  const seen = new Set<string>();
  for (const geometry of await written()) {
    expect(await readBack(geometry), geometry.name).toEqual(withoutEncoders(geometry));
    seen.add(geometry.architecture);
  }
  expect(ASKED.split(" ").filter((architecture) => !seen.has(architecture))).toEqual([]);
});

const WHOLE = new Set(["exaone4", "gemma3n"]);

it("says a cut geometry too", async () => {
  // an architecture whose windows or shared caches depend on the number of layers is another model when it is cut
  for (const geometry of (await written()).filter(({ architecture }) => !WHOLE.has(architecture))) {
    const cut = cutGeometry(geometry, { layers: 8, experts: 8, vocabulary: 4096 });
    expect(await readBack(cut), geometry.name).toEqual(withoutEncoders(cut));
    expect(cut.layers.filter(({ kind }) => kind === "trunk").length).toBeLessThanOrEqual(8);
  }
});

it("keeps owners and readers of shared caches in a cut", async () => {
  const whole = (await written()).find(({ name }) => name?.includes("E4B") && name.includes("4"))!;
  const { layers } = cutGeometry(whole, { layers: 8 });
  const sources = layers.map(({ mixer }) => (mixer.kind === "attention" ? mixer.cacheFrom : undefined));
  const spans = layers.map(({ mixer }) => (mixer.kind === "attention" ? mixer.span : undefined));
  expect(sources.filter((from) => from === undefined).length).toBe(spans.indexOf("full") + 1);
  sources.forEach((from, layer) => {
    if (from !== undefined) expect(spans[from]).toBe(spans[layer]);
  });
});
