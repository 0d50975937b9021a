import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Geometry, tensorList } from "../model/index.ts";
import { tensorType } from "../weights/index.ts";
import { usesMoreBits } from "./conditions.ts";
import { FILE_TYPE_NAMES, quantized, type RecipeOptions, weightBytes } from "./index.ts";
import { alike, type Dimensions } from "./testing/models.ts";

const SMALL: Dimensions = {
  architecture: "llama",
  layers: 16,
  width: 2048,
  heads: 32,
  kvHeads: 8,
  headLength: 64,
  feedForward: 8192,
  vocabulary: 32_000,
};
const eight = { experts: 8, expertLength: 1024 };

function typesOf(geometry: Geometry, fileType: string, options?: RecipeOptions): Map<string, string> {
  const tensors = quantized(geometry, tensorList(geometry)!, fileType, options);
  return new Map(tensors.map(({ name, type }) => [name, type]));
}

function layersOf(types: Map<string, string>, name: string, type: string): number[] {
  return [...types].flatMap(([tensor, found]) => {
    const match = /^blk\.(\d+)\.(.+)\.weight$/.exec(tensor);
    return match?.[2] === name && found === type ? [Number(match[1])] : [];
  });
}

describe("the order of sizes", () => {
  const ORDER = [
    "IQ1_S",
    "IQ1_M",
    "IQ2_XXS",
    "IQ2_XS",
    "IQ2_S",
    "IQ2_M",
    "Q2_K",
    "IQ3_XXS",
    "IQ3_XS",
    "Q3_K_S",
    "IQ3_S",
    "IQ3_M",
    "Q3_K_M",
    "Q3_K_L",
    "IQ4_XS",
    "IQ4_NL",
    "Q4_K_S",
    "Q4_K_M",
    "Q4_1",
    "Q5_K_S",
    "Q5_K_M",
    "Q5_1",
    "Q6_K",
    "Q8_0",
    "F16",
    "F32",
  ];
  it.each([
    ["Llama 3.1 8B", { ...SMALL, layers: 32, width: 4096, headLength: 128, feedForward: 14_336, vocabulary: 128_256 }],
    ["Llama 3.1 70B", { ...SMALL, layers: 80, width: 8192, heads: 64, headLength: 128, feedForward: 28_672 }],
  ] as const)("is that of the names for %s", (_, dimensions) => {
    const geometry = alike(dimensions);
    const bytes = ORDER.map((fileType) => weightBytes(quantized(geometry, tensorList(geometry)!, fileType)));
    for (const [at, size] of bytes.entries()) {
      if (at > 0) expect(size, `${ORDER[at - 1]} and ${ORDER[at]}`).toBeGreaterThanOrEqual(bytes[at - 1]!);
    }
  });
});

describe("use_more_bits", () => {
  it("is the first and the last eighth, and every third between", () => {
    const layers = Array.from({ length: 32 }, (_, layer) => layer).filter((layer) => usesMoreBits(layer, 32));
    expect(layers).toEqual([0, 1, 2, 3, 6, 9, 12, 15, 18, 21, 24, 27, 28, 29, 30, 31]);
  });
  it("rounds down where the layers are no multiple of eight", () => {
    const layers = Array.from({ length: 30 }, (_, layer) => layer).filter((layer) => usesMoreBits(layer, 30));
    expect(layers).toEqual([0, 1, 2, 5, 8, 11, 14, 17, 20, 23, 26, 27, 28, 29]);
  });
});

describe("output and embedding", () => {
  const untied = alike(SMALL);
  const tied = alike({ ...SMALL, tied: true });
  it.each([
    ["Q4_K_M", "Q6_K", "Q4_K", "Q6_K"],
    ["IQ2_XS", "Q5_K", "Q2_K", "Q5_K"],
    ["IQ3_XXS", "Q5_K", "IQ3_S", "Q5_K"],
    ["Q8_0", "Q8_0", "Q8_0", "Q8_0"],
    ["TQ1_0", "Q6_K", "Q4_K", "Q6_K"],
    ["MXFP4_MOE", "Q8_0", "Q8_0", "Q8_0"],
    ["BF16", "BF16", "BF16", "BF16"],
  ])("%s: output %s, embedding %s, both in one %s", (fileType, output, embedding, both) => {
    const types = typesOf(untied, fileType);
    expect([types.get("output.weight"), types.get("token_embd.weight")]).toEqual([output, embedding]);
    expect(typesOf(tied, fileType).get("token_embd.weight")).toBe(both);
  });
});

describe("what layers get", () => {
  it("Q4_K_M: more bits for values and the way down in the same layers", () => {
    const types = typesOf(alike(SMALL), "Q4_K_M");
    expect(layersOf(types, "attn_v", "Q6_K")).toEqual([0, 1, 4, 7, 10, 13, 14, 15]);
    expect(layersOf(types, "ffn_down", "Q6_K")).toEqual(layersOf(types, "attn_v", "Q6_K"));
  });
  it("IQ4_XS: more bits for the first eighth only without an importance matrix", () => {
    const down = (importance: boolean) => layersOf(typesOf(alike(SMALL), "IQ4_XS", { importance }), "ffn_down", "Q5_K");
    expect([down(true), down(false)]).toEqual([[], [0, 1]]);
  });
  it("eight experts: eight bits for keys and values, five for attention's output", () => {
    const types = typesOf(alike({ ...SMALL, feedForward: eight }), "Q4_K_M");
    expect(["attn_k", "attn_v", "attn_output"].map((name) => types.get(`blk.5.${name}.weight`))).toEqual([
      "Q8_0",
      "Q8_0",
      "Q5_K",
    ]);
  });
  it("MXFP4_MOE: the experts, nothing else", () => {
    const types = typesOf(alike({ ...SMALL, feedForward: { ...eight, experts: 32 } }), "MXFP4_MOE");
    for (const [name, type] of types) {
      if (name.includes("_exps.")) expect(type, name).toBe("MXFP4");
      else expect(["Q8_0", "F32"], name).toContain(type);
    }
  });
  it("what a publisher has quantized stays, unless it is to be quantized again", () => {
    const geometry = alike({ ...SMALL, architecture: "gpt-oss", feedForward: { ...eight, experts: 32 } });
    const down = (options?: RecipeOptions) => typesOf(geometry, "Q8_0", options).get("blk.3.ffn_down_exps.weight");
    expect([down(), down({ released: () => undefined })]).toEqual(["MXFP4", "Q8_0"]);
    expect(typesOf(geometry, "Q8_0").get("blk.3.attn_sinks.weight")).toBe("F32");
  });
});

it("falls back in rows that are not whole blocks, to F16 in the end", () => {
  // SmolLM2 135M: 576 columns
  const narrow = typesOf(
    alike({ ...SMALL, width: 576, heads: 9, kvHeads: 3, feedForward: 1536, tied: true }),
    "Q4_K_M",
  );
  expect(narrow.get("token_embd.weight")).toBe("Q8_0");
  expect(narrow.get("blk.0.attn_q.weight")).toBe("Q5_0");
  expect(narrow.get("blk.0.attn_v.weight")).toBe("Q8_0");
  expect(narrow.get("blk.0.ffn_down.weight")).toBe("Q6_K");
  const odd = typesOf(alike({ ...SMALL, width: 1000, heads: 10, headLength: 100 }), "IQ3_S");
  expect(odd.get("blk.0.attn_q.weight")).toBe("F16");
});

it("says what it does not know", () => {
  const geometry = alike(SMALL);
  const of = (fileType: string) => () => quantized(geometry, tensorList(geometry)!, fileType);
  expect(of("UD-Q4_K_XL")).toThrow(/got "UD-Q4_K_XL"/);
  expect(() => typesOf(alike({ ...SMALL, width: 2016, heads: 63, headLength: 32 }), "Q1_0")).toThrow(/whole blocks/);
  expect(of("q4_k_m")).not.toThrow();
});

it("gives every tensor a type whose blocks fill its rows, whatever the dimensions and the order", () => {
  const dimension = fc.integer({ min: 1, max: 40 }).map((count) => count * 32);
  fc.assert(
    fc.property(
      fc.constantFrom(...FILE_TYPE_NAMES.filter((name) => name !== "Q1_0")),
      dimension,
      dimension,
      fc.integer({ min: 1, max: 20 }),
      fc.constantFrom(1, 2, 8, 64),
      fc.boolean(),
      (fileType, width, length, layers, experts, tied) => {
        const feedForward = experts === 1 ? length : { experts, expertLength: length };
        const geometry = alike({ ...SMALL, layers, width, feedForward, ...(tied && { tied }) });
        const list = tensorList(geometry)!;
        const tensors = quantized(geometry, list, fileType);
        expect(tensors.map(({ name }) => name)).toEqual(list.map(({ name }) => name));
        for (const { type, shape, bytes } of tensors) {
          expect(shape[0]! % tensorType(type)!.blockLength).toBe(0);
          expect(Number.isSafeInteger(bytes) && bytes > 0).toBe(true);
        }
        const backwards = quantized(geometry, list.toReversed(), fileType);
        expect(backwards.toReversed()).toEqual(tensors);
      },
    ),
    { numRuns: 60 },
  );
});
