import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { modelCatalog, tensorList } from "../../model/index.ts";
import { packedMatrixBytes, PUBLISHED_CHECKPOINTS, SERVER_SCHEMES, serverWeights } from "./index.ts";

const { findModel, geometryFromRow } = await modelCatalog();
const scheme = (id: string) => SERVER_SCHEMES.find((one) => one.id === id)!;

function shapesOf(id: string) {
  const found = findModel(id);
  if (found.kind !== "found") throw new Error(`${id} is not one row`);
  return tensorList(geometryFromRow(found.row)!)!;
}

describe("what a model weighs", () => {
  // repositories whose text model is all they hold, packed as the scheme packs
  const whole = PUBLISHED_CHECKPOINTS.filter(
    ({ model, differs }) => differs === undefined && !model.startsWith("google/"),
  );

  test.each(whole.map((row) => [row.repository, row] as const))("%s has the size it is published with", (_, row) => {
    const { bytes } = serverWeights(shapesOf(row.model), scheme(row.scheme));
    expect(Math.abs(bytes / 1e9 / row.gigabytes! - 1)).toBeLessThan(0.001);
  });

  test("a checkpoint with a vision encoder is larger by about that encoder", () => {
    const { bytes } = serverWeights(shapesOf("google/gemma-4-31B-it"), scheme("nvfp4-ffn"));
    const encoder = 32.63 - bytes / 1e9;
    expect(encoder).toBeGreaterThan(1);
    expect(encoder).toBeLessThan(1.3);
  });

  test("loaded by vLLM: Llama 3.1 8B in BF16 14.99 GiB, FP8 8.49, W4A16 5.38", () => {
    const gib = (id: string) => serverWeights(shapesOf("meta-llama/Llama-3.1-8B-Instruct"), scheme(id)).bytes / 2 ** 30;
    expect(gib("bf16")).toBeCloseTo(14.96, 1);
    expect(gib("fp8")).toBeCloseTo(8.46, 1);
    expect(gib("w4a16")).toBeCloseTo(5.33, 1);
  });

  test("16 bit and packed parts add up, and nothing is larger than BF16", () => {
    for (const id of ["Qwen/Qwen3-8B", "Qwen/Qwen3.6-27B", "openai/gpt-oss-20b", "deepseek-ai/DeepSeek-V3"]) {
      const shapes = shapesOf(id);
      const whole16 = serverWeights(shapes, scheme("bf16"));
      expect(whole16.bitsPerWeight).toBe(16);
      for (const each of SERVER_SCHEMES) {
        const { bytes, packedBytes, left } = serverWeights(shapes, each);
        expect(packedBytes + left.reduce((sum, part) => sum + part.bytes, 0)).toBeCloseTo(bytes, 3);
        expect(bytes).toBeLessThanOrEqual(whole16.bytes);
      }
    }
  });
});

describe("a packed matrix", () => {
  const [IN, OUT] = [4096, 11_008];
  test.each([
    ["gptq", 4 + 16 / 128 + 4 / 128 + 32 / OUT],
    ["awq", 4.15625],
    ["w4a16", 4.125 + 128 / (IN * OUT)],
    ["w4a16-g32", 4.5 + 128 / (IN * OUT)],
    ["fp8", 8 + 16 / IN],
    ["fp8-block", 8 + 32 / (128 * 128)],
    ["nvfp4", 4.5 + 64 / (IN * OUT)],
    ["mxfp4", 4.25],
    ["bnb-nf4", 4.5 + (8 * 154) / (IN * OUT)],
    ["mlx-4bit", 4.5],
    ["mlx-8bit", 8.5],
    ["exl3-3bpw", 3 + (16 * (IN + OUT)) / (IN * OUT)],
  ])("of %s costs what the format stores", (id, bitsPerWeight) => {
    expect((8 * packedMatrixBytes([IN, OUT], scheme(id).bits)) / (IN * OUT)).toBeCloseTo(bitsPerWeight, 6);
  });

  test("grows with each side and with every expert", () => {
    const side = fc.integer({ min: 1, max: 5000 });
    fc.assert(
      fc.property(
        fc.constantFrom(...SERVER_SCHEMES),
        side,
        side,
        fc.integer({ min: 1, max: 64 }),
        (each, a, b, experts) => {
          const one = packedMatrixBytes([a, b], each.bits);
          expect(one).toBeGreaterThan(0);
          expect(packedMatrixBytes([a + 1, b], each.bits)).toBeGreaterThan(one);
          expect(packedMatrixBytes([a, b + 1], each.bits)).toBeGreaterThan(one);
          expect(packedMatrixBytes([a, b, experts], each.bits)).toBeCloseTo(one * experts, 3);
        },
      ),
    );
  });
});

test("every scheme and every published checkpoint says where it is from, and when", () => {
  for (const { source, date } of [...SERVER_SCHEMES, ...PUBLISHED_CHECKPOINTS]) {
    expect(source.length).toBeGreaterThan(5);
    expect(date).toMatch(/^20\d\d-\d\d(-\d\d)?$/);
  }
  for (const { scheme: id, model } of PUBLISHED_CHECKPOINTS) {
    expect(scheme(id)).toBeDefined();
    expect(findModel(model).kind).toBe("found");
  }
});
