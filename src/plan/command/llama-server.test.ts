import { describe, expect, test } from "vitest";
import { llamaCppBuild, readServerArguments, serverSlots, type LlamaCppSettings } from "../../facts/runtime/index.ts";
import { llamaServerCommand, shellLine } from "./index.ts";

const SETTINGS: LlamaCppSettings = {
  context: 32_768,
  sequences: 1,
  unifiedCache: false,
  batch: 2048,
  microBatch: 512,
  flashAttention: true,
  cacheTypeK: "q8_0",
  cacheTypeV: "q8_0",
  gpuLayers: "all",
};

const OCTOBER = 11_434;
const AUGUST = 10_500;
const file = { kind: "file", path: "models/a model.gguf" } as const;

function line(settings: Partial<LlamaCppSettings>, buildNumber = OCTOBER): string {
  const command = llamaServerCommand({
    settings: { ...SETTINGS, ...settings },
    weights: file,
    buildNumber,
    threads: 4,
  });
  expect(command.problems).toEqual([]);
  return shellLine(command.program, command.args);
}

describe("the command of llama-server", () => {
  test("says everything that decides memory, and keeps the server from changing it", () => {
    expect(line({})).toBe(
      'llama-server -m "models/a model.gguf" -c 32768 -np 1 -b 2048 -ub 512 -fa on -ctk q8_0 -ctv q8_0 -ngl all' +
        " -t 4 -fit off --host 127.0.0.1 --port 8080",
    );
  });

  test.each([
    [{ sequences: 4 }, "-np 4 -no-kvu"],
    [{ sequences: 4, unifiedCache: true }, "-np 4 -kvu"],
    [{ flashAttention: "auto" }, "-fa auto"],
    [{ flashAttention: false }, "-fa off"],
    [{ fullWindowCache: true }, "--swa-full"],
    [{ gpuLayers: 17 }, "-ngl 17"],
    [{ tensorSplit: [30, 19] }, "-ts 30,19"],
    [{ expertLayersOnHost: 12 }, "-ncmoe 12"],
    [{ expertLayersOnHost: "all" }, "-cmoe"],
    [{ devices: ["CUDA1", "CUDA0"] }, "-dev CUDA1,CUDA0"],
    [{ devices: [] }, "-dev none"],
    [{ splitMode: "none", mainGpu: 1 }, "-sm none -mg 1"],
    [{ tensorOverrides: [{ pattern: "ffn_up", buffer: "CPU" }] }, "-ot ffn_up=CPU"],
    [{ pinnedHostWeights: false }, "--no-host"],
    [{ loadMode: "mlock" }, "-lm mlock"],
    [{ contextCheckpoints: 0 }, "-ctxcp 0"],
    [{ promptCacheMib: 0 }, "-cram 0"],
    [{ cacheOnHost: true }, "-nkvo"],
    [{ opOffload: false }, "--no-op-offload"],
    [{ repack: false }, "-nr"],
    [{ memoryMap: false }, "-lm none"],
    [{ memoryMap: true }, "-lm mmap"],
  ] satisfies [Partial<LlamaCppSettings>, string][])(
    "%j becomes %s, which both known builds take",
    (settings, part) => {
      expect(line(settings)).toContain(` ${part} `);
      expect(line(settings, AUGUST)).toContain(` ${part} `);
    },
  );

  test("feed-forward layers on the host and other machines", () => {
    const settings = { ...SETTINGS, denseLayersOnHost: 4 };
    const options = { settings, weights: file, threads: 4, nodes: ["attic:50052"] };
    const command = llamaServerCommand({ ...options, buildNumber: OCTOBER });
    expect(command.problems).toEqual([]);
    expect(shellLine("", command.args)).toContain(" -ncffn 4 --rpc attic:50052 ");
    const august = llamaServerCommand({ ...options, buildNumber: AUGUST });
    expect(august.problems.map(({ argument }) => argument)).toEqual(["-ncffn"]);
  });

  test("what is written is read back as the same settings", () => {
    const settings: LlamaCppSettings = {
      ...SETTINGS,
      sequences: 3,
      flashAttention: "auto",
      fullWindowCache: true,
      gpuLayers: 12,
      tensorSplit: [2, 1],
      splitMode: "layer",
      mainGpu: 1,
      devices: ["CUDA1", "CUDA0"],
      denseLayersOnHost: 2,
      tensorOverrides: [{ pattern: "ffn_up", buffer: "CPU" }],
      expertLayersOnHost: 3,
      cacheOnHost: true,
      opOffload: false,
      repack: false,
      pinnedHostWeights: false,
      loadMode: "dio",
      contextCheckpoints: 4,
      promptCacheMib: 1024,
    };
    const { args } = llamaServerCommand({ settings, weights: file, buildNumber: OCTOBER, threads: 6 });
    const read = readServerArguments(args);
    const { context, sequences, unifiedCache } = serverSlots(read.slots, llamaCppBuild("b11434")!.build, 40_960);
    expect({ ...read.settings, context, sequences, unifiedCache }).toEqual(settings);
    expect(read).toMatchObject({ threads: 6, model: file.path });
  });

  test("a repository is left to the server to fetch", () => {
    const weights = { kind: "hub", repository: "owner/model-GGUF", quantization: "Q4_K_M" } as const;
    const { args } = llamaServerCommand({ settings: SETTINGS, weights, buildNumber: OCTOBER, threads: 4 });
    expect(args.slice(0, 2)).toEqual(["-hf", "owner/model-GGUF:Q4_K_M"]);
  });

  test("before the first build with known flags nothing is claimed", () => {
    const command = llamaServerCommand({ settings: SETTINGS, weights: file, buildNumber: 6000, threads: 4 });
    expect(command.checkedAgainst).toBeUndefined();
  });
});
