import { describe, expect, it } from "vitest";
import { modelCatalog } from "../../facts/model/index.ts";
import { seededRandom } from "../../facts/units/index.ts";
import { reconcileLog } from "./reconcile.ts";
import { damaged } from "./testing/damage.ts";

const catalog = await modelCatalog();

interface Load {
  readonly context: number;
  readonly step: number;
  readonly parallel: number;
  readonly type: string;
  /** MiB as printed */
  readonly cache: string;
  readonly graph: string;
  readonly total: string;
}

// what 0.17.4 printed of Gemma 3 270M as Q4_K_M on a processor
const LOADS: readonly Load[] = [
  { context: 4096, step: 512, parallel: 1, type: "", cache: "27.0", graph: "23.5", total: "455.7" },
  { context: 8192, step: 256, parallel: 2, type: "f16", cache: "70.5", graph: "18.0", total: "493.7" },
  { context: 2048, step: 512, parallel: 3, type: "q4_0", cache: "14.6", graph: "26.8", total: "446.5" },
];

function linesOf({ context, step, parallel, type, cache, graph, total }: Load): string[] {
  const at = (second: number): string => `time=2026-03-01T10:00:0${second}.000Z level=INFO`;
  const cells = context * parallel;
  const request = (operation: string): string =>
    `${at(1)} source=runner.go:1284 msg=load request="{Operation:${operation} LoraPath:[] Parallel:${parallel} BatchSize:${step} FlashAttention:Enabled KvSize:${cells} KvCacheType:${type} NumThreads:4 GPULayers:[] MultiUserCache:false ProjectorPath: MainGPU:0 UseMmap:false}"`;
  return [
    `${at(0)} source=routes.go:1718 msg="Listening on 127.0.0.1:11434 (version 0.17.4)"`,
    `${at(1)} source=ggml.go:136 msg="" architecture=gemma3 file_type=Q4_K_M name="Gemma 3 270m" description="" num_tensors=236 num_key_values=34`,
    request("fit"),
    request("alloc"),
    request("commit"),
    `${at(2)} source=device.go:245 msg="model weights" device=CPU size="405.2 MiB"`,
    `${at(2)} source=device.go:256 msg="kv cache" device=CPU size="${cache} MiB"`,
    `${at(2)} source=device.go:267 msg="compute graph" device=CPU size="${graph} MiB"`,
    `${at(2)} source=ggml.go:494 msg="offloaded 0/19 layers to GPU"`,
    `${at(2)} source=device.go:272 msg="total memory" size="${total} MiB"`,
  ];
}

const read = (lines: readonly string[]) => reconcileLog(`${lines.join("\n")}\n`, catalog);

describe("a load by Ollama's own engine", () => {
  it.each(LOADS)("at $context, $parallel requests: every term as printed", (load) => {
    const { terms, log } = read(linesOf(load));
    expect(log.version).toBe("0.17.4");
    expect(terms.map(({ what, residualBytes }) => [what, residualBytes])).toEqual([
      ["weights, CPU", 0],
      ["KV cache, CPU", 0],
      ["compute, CPU", 0],
      ["memory", 0],
    ]);
  });

  it("names the default context that cuts off without a word", () => {
    expect(read(linesOf(LOADS[0]!)).advice.map(({ id }) => id)).toContain("ollama-default-context");
    expect(read(linesOf(LOADS[1]!)).advice.map(({ id }) => id)).not.toContain("ollama-default-context");
  });

  it("says of devices that it does not know how layers were dealt", () => {
    const moved = linesOf(LOADS[0]!).map((line) => line.replaceAll("device=CPU", "device=CUDA0"));
    expect(read(moved).terms.map(({ missing }) => missing !== undefined)).toEqual([true, true, true, true]);
  });
});

it("500 damaged and cut loads never give a wrong number", () => {
  for (let seed = 1; seed <= 500; seed++) {
    const lines = linesOf(LOADS[seed % LOADS.length]!);
    const whole = new Map(read(lines).terms.map(({ term, printedBytes }) => [term, printedBytes]));
    const { terms } = reconcileLog(damaged(lines, seededRandom(seed)), catalog);
    for (const { term, printedBytes, residualBytes } of terms) {
      if (!term.startsWith("ollama_")) continue;
      expect([seed, term, printedBytes]).toEqual([seed, term, whole.get(term)]);
      // found right, or said to be missing
      expect([seed, term, residualBytes ?? 0]).toEqual([seed, term, 0]);
    }
  }
});
