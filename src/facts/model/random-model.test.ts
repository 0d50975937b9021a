import * as fc from "fast-check";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { seededRandom } from "../units/index.ts";
import { memorySource, readGguf, writeGguf } from "../weights/index.ts";
import { type Attention, type FeedForward, type Geometry, geometryFromGguf, modelDraft, randomModel } from "./index.ts";

function geometryOf(
  architecture: string,
  layers: number,
  attention: Attention,
  feedForward: FeedForward,
  tied: boolean,
): Geometry {
  return {
    architecture,
    name: "random",
    embeddingLength: 64,
    vocabularySize: 320,
    contextLength: 1024,
    tiedEmbeddings: tied,
    layers: Array.from({ length: layers }, (_, layer) => ({
      kind: "trunk",
      mixer: architecture === "gemma3" && layer % 6 < 5 ? { ...attention, span: "sliding", window: 128 } : attention,
      feedForward,
    })),
  };
}

const ATTENTION: Attention = { kind: "attention", span: "full", heads: 4, kvHeads: 2, keyLength: 16, valueLength: 16 };
const DENSE: FeedForward = { kind: "dense", length: 96, gated: true };
const EXPERTS: FeedForward = {
  kind: "experts",
  experts: 4,
  expertsUsed: 2,
  expertLength: 64,
  sharedLength: 0,
  denseSideLength: 0,
};

test("any geometry of the two architectures comes back from its header as it was", async () => {
  const geometry = fc
    .record({
      architecture: fc.constantFrom("llama", "gemma3"),
      layers: fc.integer({ min: 1, max: 14 }),
      heads: fc.integer({ min: 1, max: 8 }),
      kvHeads: fc.integer({ min: 1, max: 4 }),
      keyLength: fc.integer({ min: 1, max: 16 }).map((count) => count * 8),
      feedForward: fc.constantFrom(DENSE, EXPERTS),
      tied: fc.boolean(),
    })
    .map(({ architecture, layers, heads, kvHeads, keyLength, feedForward, tied }) => {
      const attention = { ...ATTENTION, heads: heads * kvHeads, kvHeads, keyLength, valueLength: keyLength };
      return geometryOf(architecture, layers, attention, architecture === "gemma3" ? DENSE : feedForward, tied);
    });
  await fc.assert(
    fc.asyncProperty(geometry, async (wanted) => {
      const { header, fileBytes } = writeGguf(modelDraft(wanted, () => "F16"));
      const file = await readGguf({ ...memorySource(header), size: fileBytes });
      expect(geometryFromGguf(file)).toEqual(wanted);
    }),
    { numRuns: 100, seed: 1 },
  );
});

test("the same seed makes the same file", () => {
  const geometry = geometryOf("llama", 1, ATTENTION, DENSE, true);
  expect(randomModel(geometry, seededRandom(3))).toEqual(randomModel(geometry, seededRandom(3)));
  expect(randomModel(geometry, seededRandom(3))).not.toEqual(randomModel(geometry, seededRandom(4)));
});

test("the engine loads random models of both architectures and writes a whole reply", async () => {
  const { getLlama, LlamaCompletion } = await import("node-llama-cpp");
  const folder = await mkdtemp(join(tmpdir(), "loadout-random-model-"));
  const llama = await getLlama({ gpu: false, build: "never", skipDownload: true });
  try {
    for (const [name, geometry] of Object.entries({
      untied: geometryOf("llama", 2, ATTENTION, DENSE, false),
      experts: geometryOf("llama", 2, ATTENTION, EXPERTS, true),
      windows: geometryOf("gemma3", 7, ATTENTION, DENSE, true),
    })) {
      const modelPath = join(folder, `${name}.gguf`);
      await writeFile(modelPath, randomModel(geometry, seededRandom(1)));
      const model = await llama.loadModel({ modelPath });
      const context = await model.createContext({ contextSize: 256, threads: 1 });
      const completion = new LlamaCompletion({ contextSequence: context.getSequence() });
      let tokens = 0;
      const reply = await completion.generateCompletion("grüße", {
        maxTokens: 6,
        temperature: 0,
        onToken: (more) => {
          tokens += more.length;
        },
      });
      expect(tokens, name).toBe(6);
      expect(reply, name).toMatch(/\w/);
      await model.dispose();
    }
  } finally {
    await llama.dispose();
    await rm(folder, { recursive: true });
  }
});

test("header-only files of large models pass the engine's dry run, which counts their tensors to the byte", async () => {
  const { getLlama, GgufInsights, readGgufFileInfo } = await import("node-llama-cpp");
  const folder = await mkdtemp(join(tmpdir(), "loadout-header-only-"));
  const llama = await getLlama({ gpu: false, build: "never", skipDownload: true });
  try {
    for (const architecture of ["llama", "gemma3"]) {
      const attention: Attention = { ...ATTENTION, heads: 64, kvHeads: 8, keyLength: 128, valueLength: 128 };
      const wide = geometryOf(architecture, 48, attention, { kind: "dense", length: 28_672, gated: true }, true);
      const geometry = { ...wide, embeddingLength: 8192, vocabularySize: 4096 };
      const { header, fileBytes, tensors } = writeGguf(modelDraft(geometry, () => "Q4_K"));
      const path = join(folder, `${architecture}.gguf`);
      await writeFile(path, header);
      await truncate(path, fileBytes);
      const insights = await GgufInsights.from(await readGgufFileInfo(path), llama);
      const { cpuRam } = await insights.estimateModelResourceRequirementsV2({ gpuLayers: 0 });
      expect(cpuRam).toBe(tensors.reduce((sum, { bytes }) => sum + bytes, 0));
    }
  } finally {
    await llama.dispose();
    await rm(folder, { recursive: true });
  }
});
