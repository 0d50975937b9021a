import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { geometryFromGguf } from "../../../facts/model/index.ts";
import { type LlamaCppSettings, ollamaEra, printMiB } from "../../../facts/runtime/index.ts";
import { readGguf } from "../../../facts/weights/index.ts";
import { predictOllama, type EngineBuffer } from "../../../predict/memory/index.ts";
import { openFileSource } from "../../source/index.ts";
import { GuardedProcess } from "../process/index.ts";
import { PRINTED_SETTINGS } from "../testing/printed-settings.ts";
import { realModel } from "../testing/real-models.ts";
import { freePort } from "./testing/free-port.ts";

// Two models at ten settings under a real Ollama, one that its llama.cpp runs and one that its own engine does: `npm run test:engines`.
const program = process.env["LOADOUT_TEST_OLLAMA"];

if (program === undefined)
  describe("what a real Ollama prints", () => {
    it.skip("(npm run test:engines builds it and runs this)", () => {});
  });
else {
  const folder = mkdtempSync(join(tmpdir(), "loadout-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const { era } = ollamaEra("0.17.4")!;

  describe.each(["smollm2", "gemma-3"] as const)("what a real Ollama prints of %s", { timeout: 240_000 }, (name) => {
    it.each(PRINTED_SETTINGS)("at %s, every term to the last digit", async (_, settings) => {
      const path = (await realModel(name))!;
      await using source = await openFileSource(path);
      const file = await readGguf(source);
      const { lines, size } = await loaded(name, path, settings);
      const prediction = predictOllama({
        geometry: geometryFromGguf(file),
        tensors: file.tensors,
        era,
        devices: [],
        settings,
        // a build by `go install` has no kernels for rearranged weights
        cpuFeatures: [],
      });
      if (prediction.kind === "rejected") throw new Error(prediction.because);
      const of = (...terms: readonly string[]): number => sum(prediction.buffers, terms);
      if (name === "smollm2") {
        const printed = (pattern: RegExp): string | undefined => last(lines, pattern);
        expect({
          weights: printed(/CPU model buffer size = +(\S+) MiB/),
          cache: printed(/CPU KV buffer size = +(\S+) MiB/),
          logits: printed(/CPU +output buffer size = +(\S+) MiB/),
          compute: printed(/CPU compute buffer size = +(\S+) MiB/),
        }).toEqual({
          weights: printMiB(of("weights"), 2),
          cache: printMiB(of("kv"), 2),
          logits: printMiB(of("output"), 2),
          compute: printMiB(of("compute"), 2),
        });
      } else {
        const printed = (what: string): string | undefined =>
          last(lines, new RegExp(`msg="${what}".* size="(\\S+) MiB"`));
        expect({
          weights: printed("model weights"),
          cache: printed("kv cache"),
          compute: printed("compute graph"),
          total: printed("total memory"),
          shown: size,
        }).toEqual({
          weights: printMiB(of("weights"), 1),
          cache: printMiB(of("kv"), 1),
          compute: printMiB(of("compute"), 1),
          total: printMiB(of("weights", "kv", "compute"), 1),
          shown: of("weights", "kv", "compute"),
        });
      }
    });
  });

  /** Starts an Ollama as the settings want it, loads the model, and gives its log and what its list says. */
  async function loaded(name: string, path: string, settings: LlamaCppSettings) {
    const host = `127.0.0.1:${await freePort()}`;
    const { sequences, cacheTypeK, flashAttention } = settings;
    const env = {
      ...process.env,
      OLLAMA_HOST: host,
      OLLAMA_MODELS: join(folder, "models"),
      HOME: folder,
      OLLAMA_NUM_PARALLEL: `${sequences}`,
      OLLAMA_KV_CACHE_TYPE: cacheTypeK,
      OLLAMA_FLASH_ATTENTION: flashAttention === false ? "0" : "1",
      OLLAMA_NO_CLOUD: "1",
    };
    const up = Promise.withResolvers<void>();
    const lines: string[] = [];
    const child = new GuardedProcess(program!, ["serve"], {
      env,
      onLine: (line) => {
        lines.push(line);
        if (line.includes("Listening on")) up.resolve();
      },
    });
    await Promise.race([up.promise, child.ended]);
    try {
      const recipe = join(folder, `Modelfile-${name}`);
      writeFileSync(recipe, `FROM ${path}\n`);
      execFileSync(program!, ["create", name, "-f", recipe], { env, stdio: "ignore" });
      const options = {
        num_ctx: Math.floor(settings.context / sequences),
        num_batch: settings.microBatch,
        num_thread: 1,
      };
      const body = JSON.stringify({ model: name, options, stream: false });
      await fetch(`http://${host}/api/generate`, { method: "POST", body });
      const listed: unknown = await (await fetch(`http://${host}/api/ps`)).json();
      const size = Number(/"size":(\d+)/.exec(JSON.stringify(listed))?.[1]);
      return { lines, size };
    } finally {
      await child.stop();
    }
  }
}

function sum(buffers: readonly EngineBuffer[], terms: readonly string[]): number {
  return buffers.reduce((total, { term, bytes }) => (terms.includes(term) ? total + bytes : total), 0);
}

function last(lines: readonly string[], pattern: RegExp): string | undefined {
  return lines.flatMap((line) => pattern.exec(line)?.[1] ?? []).at(-1);
}
