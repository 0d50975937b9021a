import { describe, expect, it } from "vitest";
import { geometryFromGguf } from "../../../facts/model/index.ts";
import { compareMemory, llamaCppBuild, LLAMACPP_CALLERS } from "../../../facts/runtime/index.ts";
import { readGguf } from "../../../facts/weights/index.ts";
import { predictLlamaCpp } from "../../../predict/memory/index.ts";
import { openFileSource } from "../../source/index.ts";
import { PRINTED_SETTINGS } from "../testing/printed-settings.ts";
import { realModel } from "../testing/real-models.ts";
import { llamaServerEngine } from "./llama-server.ts";
import { programOf } from "./program.ts";

// Two models at ten settings under the command-line llama-server, built from source: only `npm run test:engines` runs this.
const command = process.env["LOADOUT_TEST_LLAMA_SERVER"];

if (command === undefined)
  describe("what a real llama-server prints", () => {
    it.skip("(npm run test:engines builds it and runs this)", () => {});
  });
else {
  const program = await programOf({ command: [command], env: {} }, "LOADOUT_LLAMA_SERVER");
  const found = llamaCppBuild("b11434")!;
  describe.each(["smollm2", "gemma-3"] as const)(
    "what a real llama-server prints of %s",
    { timeout: 120_000 },
    (name) => {
      it.each(PRINTED_SETTINGS)("at %s, every term to the last digit", async (_, settings) => {
        const path = (await realModel(name))!;
        await using source = await openFileSource(path);
        const file = await readGguf(source);
        const asked = { ...settings, promptCacheMib: 0 };
        const running = await llamaServerEngine({ program }).start({
          name,
          modelPath: path,
          backend: "cpu",
          threads: 1,
          settings: asked,
        });
        const { log } = running.memory!;
        await running.stop();
        const prediction = predictLlamaCpp({
          geometry: geometryFromGguf(file),
          tensors: file.tensors,
          ...found,
          caller: LLAMACPP_CALLERS["llama-server"],
          devices: [],
          settings: asked,
          cpuFeatures: ["avx2"],
        });
        if (prediction.kind === "rejected") throw new Error(prediction.because);
        const places = prediction.buffers.map(({ label, term, bytes }) => ({ label, terms: { [term]: bytes } }));
        const compared = compareMemory(places, log.terms);
        expect(compared.length).toBeGreaterThanOrEqual(4);
        expect(compared.filter(({ equal }) => !equal)).toEqual([]);
      });
    },
  );
}
