import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { overridesOf, parseTensorOverrides } from "./llamacpp-overrides.ts";
import type { LlamaCppSettings } from "./llamacpp.ts";

function matches(settings: Partial<LlamaCppSettings>, name: string): string | undefined {
  const all = overridesOf(settings as LlamaCppSettings);
  return all.find(({ pattern }) => new RegExp(pattern).test(name))?.buffer;
}

describe("tensors told to a memory", () => {
  it("are the experts of the first layers, and no layer that only begins with such a number", () => {
    const first = { expertLayersOnHost: 2 };
    expect(matches(first, "blk.1.ffn_gate_up_exps.weight")).toBe("CPU");
    expect(matches(first, "blk.1.ffn_down_chexps.weight")).toBe("CPU");
    expect(matches(first, "blk.12.ffn_up_exps.weight")).toBeUndefined();
    expect(matches(first, "blk.1.ffn_up.weight")).toBeUndefined();
    expect(matches({ expertLayersOnHost: "all" }, "blk.12.ffn_up_exps.weight")).toBe("CPU");
    expect(overridesOf({ expertLayersOnHost: 0 } as LlamaCppSettings)).toEqual([]);
  });

  it("are dense matrices, not experts and not shared ones", () => {
    const first = { denseLayersOnHost: 1 };
    expect(matches(first, "blk.0.ffn_up.weight")).toBe("CPU");
    expect(matches(first, "blk.0.ffn_up_exps.weight")).toBeUndefined();
    expect(matches(first, "blk.0.ffn_up_shexp.weight")).toBeUndefined();
  });

  it("are those of -ot before all others", () => {
    const tensorOverrides = [{ pattern: "blk\\.0\\.", buffer: "CUDA1" }];
    expect(matches({ tensorOverrides, expertLayersOnHost: "all" }, "blk.0.ffn_up_exps.weight")).toBe("CUDA1");
    expect(matches({ tensorOverrides, expertLayersOnHost: "all" }, "blk.1.ffn_up_exps.weight")).toBe("CPU");
  });

  it("are read from a flag's value, cut at commas and at the first equals sign", () => {
    expect(parseTensorOverrides("exps=CPU,blk\\.0=CUDA0")).toEqual([
      { pattern: "exps", buffer: "CPU" },
      { pattern: "blk\\.0", buffer: "CUDA0" },
    ]);
    fc.assert(fc.property(fc.string(), (value) => parseTensorOverrides(value)?.length !== 0));
    expect(parseTensorOverrides("exps")).toBeUndefined();
    expect(parseTensorOverrides("exps=CPU,")).toBeUndefined();
  });
});
