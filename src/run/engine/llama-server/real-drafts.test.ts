import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { geometryFromGguf, randomModel, type Geometry } from "../../../facts/model/index.ts";
import { type EagleHead, eagleHead } from "../../../facts/model/testing/eagle-head.ts";
import { llamaCppBuild, LLAMACPP_CALLERS, printMiB } from "../../../facts/runtime/index.ts";
import { memorySource, readGguf, writeGguf, type GgufHeader } from "../../../facts/weights/index.ts";
import { guessArguments } from "../../../plan/command/index.ts";
import { predictLlamaCpp, type LlamaCppQuestion } from "../../../predict/memory/index.ts";
import type { ServerSpec } from "../server.ts";
import { stream } from "../testing/server-client.ts";
import { llamaServerEngine } from "./llama-server.ts";
import { programOf } from "./program.ts";

// What a server prints of its memory once it has guessed; `npm run test:engines` builds the program and runs this.
const command = process.env["LOADOUT_TEST_LLAMA_SERVER"];

if (command === undefined)
  describe("guesses of the command-line llama-server", () => {
    it.skip("(npm run test:engines builds it and runs this)", () => {});
  });
else {
  const program = await programOf({ command: [command], env: {} }, "LOADOUT_LLAMA_SERVER");
  const folder = mkdtempSync(join(tmpdir(), "loadout-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  const geometry: Geometry = {
    architecture: "llama",
    embeddingLength: 256,
    vocabularySize: 4000,
    contextLength: 8192,
    tiedEmbeddings: false,
    layers: Array.from({ length: 6 }, () => ({
      kind: "trunk",
      mixer: { kind: "attention", span: "full", heads: 4, kvHeads: 2, keyLength: 64, valueLength: 64 },
      feedForward: { kind: "dense", length: 768, gated: true },
    })),
  };
  let state = 1;
  const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const model = randomModel(geometry, random);
  const modelPath = join(folder, "model.gguf");
  writeFileSync(modelPath, model);

  const head: EagleHead = {
    width: 256,
    targetWidth: 256,
    targetLayers: [1, 3, 5],
    vocabulary: 4000,
    heads: 4,
    kvHeads: 2,
    headLength: 64,
    feedForward: 512,
    context: 8192,
  };
  const spec: ServerSpec = {
    name: "small",
    modelPath,
    backend: "cpu",
    threads: 1,
    settings: {
      context: 2048,
      sequences: 2,
      unifiedCache: false,
      batch: 512,
      microBatch: 256,
      flashAttention: true,
      cacheTypeK: "f16",
      cacheTypeV: "f16",
      gpuLayers: 0,
      promptCacheMib: 0,
    },
  };

  describe("guesses of the command-line llama-server", { timeout: 120_000 }, () => {
    it.each([
      ["a head of its own", head],
      [
        "a head that knows fewer tokens, with the model's embedding",
        { ...head, guessed: 1000, borrowsEmbedding: true },
      ],
      ["a head with the model's embedding and output", { ...head, borrowsEmbedding: true, borrowsOutput: true }],
    ] satisfies [string, EagleHead][])("%s takes what is predicted, to the last digit", async (_, each) => {
      const file = writeGguf(eagleHead(each));
      const path = join(folder, "head.gguf");
      writeFileSync(path, file.header);
      truncateSync(path, file.fileBytes);
      const draft = { kind: "file", path } as const;
      const told = guessArguments({ by: "eagle3", draftTokens: 3, draft }).flat();
      const draftModel = await read({ header: file.header, fileBytes: file.fileBytes });
      const expected = await predicted({ draftTokens: 3, draft: { model: draftModel, gpuLayers: 0 } });
      const printed = await printedBy(told);
      // both are reserved once more when the head is in use: the model last, with the first prompt
      expect([printed.at(-2), printed.at(-1)]).toEqual([expected[1], expected[0]]);
    });

    it("a look-up: rows for every guess", async () => {
      const told = guessArguments({ by: "ngram", lookUp: "ngram-mod", draftTokens: 64 }).flat();
      expect(await printedBy(told)).toEqual(await predicted({ draftTokens: 64, lookUp: "ngram-mod" }));
    });
  });

  /** Compute buffers as they are printed, until a prompt has been answered. */
  async function printedBy(told: readonly string[]): Promise<string[]> {
    const printed: string[] = [];
    const running = await llamaServerEngine({ program }).start(
      { ...spec, extraArguments: told },
      {
        onEvent: (event) => {
          const size = event.kind === "log" && /compute buffer size = +([\d.]+) MiB/.exec(event.text)?.[1];
          if (size) printed.push(size);
        },
      },
    );
    const messages = [{ role: "user", content: "The sea is wide." }];
    const { ended } = await stream(running, "/v1/chat/completions", { messages, temperature: 0, max_tokens: 8 });
    await running.stop();
    expect(ended).toBe(true);
    return printed;
  }

  async function predicted(guesses: Pick<LlamaCppQuestion, "draft" | "draftTokens" | "lookUp">): Promise<string[]> {
    const { build, standing } = llamaCppBuild(`b${program.buildNumber}`)!;
    const prediction = predictLlamaCpp({
      ...(await read({ header: model, fileBytes: model.byteLength })),
      build,
      standing,
      caller: LLAMACPP_CALLERS["llama-server"],
      devices: [],
      settings: spec.settings,
      cpuFeatures: [],
      ...guesses,
    });
    if (prediction.kind === "rejected") throw new Error(prediction.because);
    return prediction.buffers.filter(({ term }) => term === "compute").map(({ bytes }) => printMiB(bytes, 2));
  }

  async function read({ header, fileBytes }: Pick<GgufHeader, "header" | "fileBytes">) {
    const file = await readGguf({ ...memorySource(header), size: fileBytes });
    return { geometry: geometryFromGguf(file), tensors: file.tensors };
  }
}
