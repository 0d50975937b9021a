import { expect, test } from "vitest";
import {
  bitsPerWeight,
  ggmlTypeOfId,
  REMOVED_GGML_TYPES,
  rowBytes,
  SAFETENSORS_TYPES,
  TENSOR_TYPES,
  tensorType,
} from "./index.ts";

test("bits per weight follow from the blocks", () => {
  const bits = Object.fromEntries([...TENSOR_TYPES.values()].map((type) => [type.name, bitsPerWeight(type)]));
  expect(bits).toMatchObject({ F16: 16, Q4_0: 4.5, Q8_0: 8.5, Q3_K: 3.4375, Q6_K: 6.5625, IQ1_M: 1.75, IQ4_XS: 4.25 });
  expect(bits).toMatchObject({ TQ1_0: 1.6875, MXFP4: 4.25, NVFP4: 4.5, Q1_0: 1.125, Q2_0: 2.25, IQ2_XXS: 2.0625 });
});

test("every id from 0 to 42 is a type or was one", () => {
  for (let id = 0; id <= 42; id++) {
    expect(Number(ggmlTypeOfId(id) !== undefined) + Number(REMOVED_GGML_TYPES.has(id)), `id ${id}`).toBe(1);
  }
  expect(ggmlTypeOfId(43)).toBeUndefined();
  expect(TENSOR_TYPES.size + REMOVED_GGML_TYPES.size).toBe(43);
});

test("the names of cache types lead to the same rows", () => {
  for (const name of ["f32", "f16", "bf16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0", "iq4_nl"]) {
    expect(tensorType(name)?.name).toBe(name.toUpperCase());
  }
  expect(tensorType("q4_k")?.name).toBe("Q4_K");
  expect(tensorType("q4_x")).toBeUndefined();
});

test("a row of whole blocks has whole bytes", () => {
  for (const type of [...TENSOR_TYPES.values(), ...SAFETENSORS_TYPES.values()]) {
    expect(Number.isInteger(rowBytes(type, type.blockLength * 3))).toBe(true);
  }
});
