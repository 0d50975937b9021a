import { describe, expect, it } from "vitest";
import { modelCatalog, tensorList } from "../model/index.ts";
import { quantized, weightBytes } from "./index.ts";

const { geometryFromRow, MODELS } = await modelCatalog();

const sizes = MODELS.flatMap((row) => {
  const geometry = geometryFromRow(row);
  const tensors = geometry && tensorList(geometry);
  if (!tensors) return [];
  return Object.entries(row.files ?? {}).map(([fileType, gigabytes]) => {
    const error = weightBytes(quantized(geometry, tensors, fileType)) / (gigabytes * 1e9) - 1;
    return { of: `${row.id} ${fileType}`, error };
  });
});

describe("sizes on model cards, in GB to two or three digits, with a header of 5 to 15 MB that is not counted here", () => {
  it("are those of the recipes within 0.3%", () => {
    const sorted = sizes.map(({ error }) => Math.abs(error)).sort((a, b) => a - b);
    expect(sorted.length).toBeGreaterThan(50);
    expect(sorted[sorted.length >> 1]).toBeLessThan(0.0015);
  });

  it("are never off by more than 1%, but where files are made by other rules", () => {
    const off = sizes.filter(({ error }) => Math.abs(error) > 0.01).map(({ of }) => of);
    expect(off.sort()).toEqual(Object.keys(OTHER_RULES).sort());
  });
});

/** Files whose maker did something else, and what, as far as it can be told. */
const OTHER_RULES: Readonly<Record<string, string>> = {
  "Qwen/Qwen3-30B-A3B IQ4_XS": "has the size of one made without an importance matrix",
  "inclusionAI/Ling-3.0-tiny IQ4_XS": "the geometry is recalled: 65 to 90 MB that it does not say",
  "inclusionAI/Ling-3.0-tiny Q4_0": "as above",
  "inclusionAI/Ling-3.0-tiny Q4_K_M": "as above",
  "inclusionAI/Ling-3.0-tiny Q5_K_M": "as above",
  "meta/Muse-Glimmer-30B Q4_K_M": "7% larger: not known",
};

it("has the size of a file made without an importance matrix", () => {
  const row = MODELS.find(({ id }) => id === "Qwen/Qwen3-30B-A3B")!;
  const geometry = geometryFromRow(row)!;
  const bytes = weightBytes(quantized(geometry, tensorList(geometry)!, "IQ4_XS", { importance: false }));
  expect(Math.abs(bytes / (row.files!["IQ4_XS"]! * 1e9) - 1)).toBeLessThan(0.003);
});
