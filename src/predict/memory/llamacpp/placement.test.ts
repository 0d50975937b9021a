import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LlamaCppSettings } from "../../../facts/runtime/index.ts";
import { placeLayers } from "./placement.ts";

function settings(gpuLayers: number | "all", tensorSplit?: number[]): LlamaCppSettings {
  return {
    context: 512,
    sequences: 1,
    unifiedCache: true,
    batch: 512,
    microBatch: 512,
    flashAttention: true,
    cacheTypeK: "f16",
    cacheTypeV: "f16",
    gpuLayers,
    ...(tensorSplit === undefined ? {} : { tensorSplit }),
  };
}

describe("placement", () => {
  it("counts the output as the last layer", () => {
    const { layers, output, complete } = placeLayers(4, settings(1), [1]);
    expect([layers, output, complete]).toEqual([["host", "host", "host", "host"], 0, false]);
    expect(placeLayers(4, settings(5), [1])).toEqual({ layers: [0, 0, 0, 0], output: 0, complete: true });
  });

  it("leaves the first layers on the host, as one engine's log shows: 20 of 31 over two equal devices", () => {
    const { layers, output } = placeLayers(30, settings(20), [2 ** 31, 2 ** 31]);
    expect([...layers.keys()].filter((layer) => layers[layer] === "host")).toEqual([...Array(11).keys()]);
    expect(layers.filter((place) => place === 0)).toHaveLength(10);
    expect(layers.filter((place) => place === 1)).toHaveLength(9);
    expect(output).toBe(1);
  });

  it("follows given shares instead of free memory", () => {
    const { layers } = placeLayers(9, settings("all", [1, 4]), [8, 1]);
    expect(layers.filter((place) => place === 0)).toHaveLength(2);
  });

  it("has everything on the host without devices", () => {
    expect(placeLayers(3, settings("all"), [])).toMatchObject({ layers: ["host", "host", "host"], output: "host" });
  });

  it("puts layers on devices in order, and the asked number of them", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.nat(120),
        fc.array(fc.integer({ min: 1, max: 2 ** 37 }), { minLength: 1, maxLength: 4 }),
        (count, asked, shares) => {
          const { layers, output } = placeLayers(count, settings(asked), shares);
          const order = [...layers, output].map((place) => (place === "host" ? -1 : place));
          expect(order).toEqual(order.toSorted((a, b) => a - b));
          expect(order.filter((place) => place >= 0)).toHaveLength(Math.min(asked, count + 1));
        },
      ),
    );
  });
});
