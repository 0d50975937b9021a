import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { geometryFromGguf, modelCatalog } from "../../src/facts/model/index.ts";
import { compareMemory, llamaCppBuild, LLAMACPP_CALLERS } from "../../src/facts/runtime/index.ts";
import { readGguf, writeGguf } from "../../src/facts/weights/index.ts";
import { forTexts, settingsFor } from "../../src/plan/fit/index.ts";
import { predictLlamaCpp } from "../../src/predict/memory/index.ts";
import { llamaServerEngine } from "../../src/run/engine/index.ts";
import { programOf } from "../../src/run/engine/llama-server/program.ts";
import { post } from "../../src/run/engine/testing/server-client.ts";
import { openFileSource } from "../../src/run/source/index.ts";
import { Random } from "../exactness/random.ts";
import { cutGeometry, headerDraft, type Cut } from "../headers/index.ts";

// A built llama-server (`npm run test:engines`) loads small encoders with random weights, prints its buffers and answers.
const program = process.env["LOADOUT_TEST_LLAMA_SERVER"];

const MODELS: readonly (readonly [id: string, cut: Cut, context: number, users: number])[] = [
  ["BAAI/bge-small-en-v1.5", { layers: 4 }, 512, 1],
  ["BAAI/bge-reranker-base", { layers: 2, vocabulary: 2000 }, 512, 2],
  ["google/embeddinggemma-300m", { layers: 6, vocabulary: 4000 }, 1024, 1],
  ["nomic-ai/nomic-embed-text-v2-moe", { layers: 2, vocabulary: 2000 }, 512, 3],
  ["Alibaba-NLP/gte-modernbert-base", { layers: 4, vocabulary: 2000 }, 1024, 1],
  ["Qwen/Qwen3-Embedding-0.6B", { layers: 2, vocabulary: 4000 }, 1024, 2],
];

if (program === undefined)
  describe("encoders in a real llama-server", () => {
    it.skip("(none is built: npm run test:engines builds one)", () => {});
  });
else {
  const found = await programOf({ command: [program], env: {} }, "LOADOUT_LLAMA_SERVER");
  const folder = mkdtempSync(join(tmpdir(), "loadout-encoders-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  describe("encoders in a real llama-server", { timeout: 120_000 }, () => {
    it.each(MODELS)(
      "take the memory that is predicted, to the last digit, and answer: %s",
      async (id, cut, ...size) => {
        const [context, users] = size;
        const path = join(folder, `${id.replace("/", "-")}.gguf`);
        await writeRandom(path, id, cut);
        await using source = await openFileSource(path);
        const file = await readGguf(source);
        const geometry = geometryFromGguf(file);
        const chosen = settingsFor({ context, users, microBatch: 512, cacheType: "f16", gpuLayers: 0 });
        const settings = { ...forTexts(geometry, chosen), memoryMap: false };
        const use = geometry.pooling === "rank" ? "rerank" : "embed";
        const engine = llamaServerEngine({ program: found });
        const running = await engine.start({ modelPath: path, name: "m", backend: "cpu", settings, threads: 1, use });
        const prediction = predictLlamaCpp({
          geometry,
          tensors: file.tensors,
          build: llamaCppBuild("b11434")!.build,
          caller: LLAMACPP_CALLERS["llama-server"],
          devices: [],
          settings,
          cpuFeatures: ["avx2"],
        });
        try {
          if (prediction.kind === "rejected") throw new Error(prediction.because);
          const places = prediction.buffers.map(({ label, term, bytes }) => ({ label, terms: { [term]: bytes } }));
          const compared = compareMemory(places, running.memory!.log.terms);
          expect(compared.length).toBeGreaterThanOrEqual(3);
          expect(compared.filter(({ equal }) => !equal)).toEqual([]);
          const text = "w".repeat(100);
          const [where, asked] =
            use === "rerank" ? ["rerank", { query: "a", documents: [text, "b"] }] : ["embeddings", { input: text }];
          const { status } = await post(running, `/v1/${where}`, asked);
          expect(status).toBe(200);
        } finally {
          await running.stop();
        }
      },
    );
  });
}

/** A whole file with random matrices, norms of 1 and biases of 0. */
async function writeRandom(path: string, id: string, cut: Cut): Promise<void> {
  const { EMBEDDERS, geometryFromRow } = await modelCatalog();
  const geometry = cutGeometry(geometryFromRow(EMBEDDERS.find((row) => row.id === id)!)!, cut);
  const { header, fileBytes, tensors } = writeGguf(headerDraft(geometry, { fileType: "F16", tokens: true }));
  const bytes = new Uint8Array(fileBytes);
  bytes.set(header);
  const view = new DataView(bytes.buffer);
  const random = new Random(1);
  for (const { name, type, shape, offset } of tensors) {
    const count = shape.reduce((product, length) => product * length, 1);
    const bound = Math.sqrt(3 / shape[0]!);
    for (let index = 0; index < count; index++) {
      const value = shape.length > 1 ? (2 * random.next() - 1) * bound : name.endsWith("bias") ? 0 : 1;
      if (type === "F32") view.setFloat32(offset + 4 * index, value, true);
      else view.setFloat16(offset + 2 * index, value, true);
    }
  }
  writeFileSync(path, bytes);
}
