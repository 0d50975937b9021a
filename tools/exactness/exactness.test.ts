import { describe, expect, it } from "vitest";
import { drawSettings } from "./draw.ts";
import { difference, predictedSizes, printed, printedSizes } from "./log-lines.ts";

describe("printed sizes", () => {
  it("round as the engine's printf does: halves to even", () => {
    expect(printed(5.625 * 2 ** 20, 2)).toBe("5.62");
    expect(printed(9.375 * 2 ** 20, 2)).toBe("9.38");
    expect(printed(107_493_376, 4)).toBe("102.5137");
    expect(printed(196_608, 2)).toBe("0.19");
  });

  it("are read from log entries of one or several lines", () => {
    const log = [
      "load_tensors:   CPU_Mapped model buffer size =    92.10 MiB",
      "load_tensors:   CPU_REPACK model buffer size =    12.66 MiB\nllama_kv_cache:        CPU KV buffer size =    45.00 MiB\n",
      "sched_reserve: Vulkan_Host compute buffer size =     4.26 MiB",
      "~llama_context: Vulkan_Host compute buffer size is   4.2637 MiB, matches expectation of   4.2637 MiB",
    ];
    expect(printedSizes(log).map(({ label, term, digits }) => `${label} ${term} ${digits}`)).toEqual([
      "CPU_Mapped weights 92.10",
      "CPU_REPACK repacked 12.66",
      "CPU kv 45.00",
      "Vulkan_Host compute 4.26",
      "Vulkan_Host compute 4.2637",
    ]);
  });

  it("show what only one side has, equal lines counted", () => {
    const line = (digits: string) => ({ label: "CPU", term: "kv", digits }) as const;
    expect(difference([line("1.00"), line("1.00")], [line("1.00"), line("2.00")])).toEqual([
      "predicted CPU kv 1.00",
      "engine CPU kv 2.00",
    ]);
  });

  it("of a compute buffer nothing uses are printed at the end only", () => {
    expect(predictedSizes([{ label: "Vulkan1", term: "compute", place: 1, bytes: 0 }])).toEqual([
      { label: "Vulkan1", term: "compute", digits: "0.0000" },
    ]);
  });
});

describe("drawn settings", () => {
  it("are the same for the same seed, and cover processor, devices, windows and quantised caches", () => {
    const drawn = drawSettings(1, 200);
    expect(drawn).toEqual(drawSettings(1, 200));
    expect(new Set(drawn.map(({ devices }) => devices))).toEqual(new Set([0, 1, 2, 3]));
    expect(new Set(drawn.map(({ cacheTypeK }) => cacheTypeK)).size).toBe(3);
    expect(new Set(drawn.map(({ model }) => model)).size).toBe(2);
    expect(drawn.every(({ context, batch }) => context >= 512 && context <= 32_768 && batch <= 2048)).toBe(true);
  });
});
