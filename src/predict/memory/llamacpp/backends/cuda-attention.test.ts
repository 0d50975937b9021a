import { describe, expect, it } from "vitest";
import { elementType, F16, F32 } from "../graph/element.ts";
import { flashAttention } from "../graph/operations.ts";
import { GraphTensor, type Shape } from "../graph/tensor.ts";
import { attentionBytes, attentionKernel } from "./cuda-attention.ts";

const OCTOBER = { mixedTypes: true };
const AUGUST = { mixedTypes: false };
const CELLS = 1024;

/** Attention of `rows` tokens, 16 query heads on 4 key heads, over a cache of 1024 cells. */
function attention(rows: number, types: readonly [key: string, value: string], length = 128): GraphTensor {
  const tensor = (type: string, shape: Shape) => new GraphTensor("none", elementType(type)!, shape, []);
  const mask = new GraphTensor("none", F16, [CELLS, rows, 1, 1], []);
  return flashAttention(
    new GraphTensor("none", F32, [length, rows, 16, 1], []),
    tensor(types[0], [length, CELLS, 4, 1]),
    tensor(types[1], [length, CELLS, 4, 1]),
    mask,
  );
}

/** F16 copy of keys or of values */
const COPY = 2 * 128 * CELLS * 4;

describe("F16 copies behind the attention node", () => {
  it("none of an F16 cache, both of a quantised one read in tiles", () => {
    expect(attentionBytes(attention(512, ["f16", "f16"]), OCTOBER)).toBe(4 * 128 * 16 * 512);
    expect(attentionBytes(attention(512, ["q8_0", "q8_0"]), OCTOBER)).toBe(4 * 128 * 16 * 512 + 2 * COPY);
    expect(attentionBytes(attention(512, ["f16", "q8_0"]), OCTOBER)).toBe(4 * 128 * 16 * 512 + COPY);
  });

  it("none for one or two rows of a type that is read as it is stored", () => {
    expect(attentionBytes(attention(2, ["q4_0", "q4_0"]), OCTOBER)).toBe(4 * 128 * 16 * 2);
    expect(attentionBytes(attention(3, ["q4_0", "q4_0"]), OCTOBER)).toBe(4 * 128 * 16 * 3 + 2 * COPY);
    expect(attentionBytes(attention(1, ["q5_1", "q5_1"]), OCTOBER)).toBe(4 * 128 * 16 + 2 * COPY);
  });
});

describe("where attention runs", () => {
  it("types that differ, and those without kernels of their own, are new in October", () => {
    for (const types of [
      ["q8_0", "f16"],
      ["q5_0", "q5_0"],
    ] as const) {
      expect(attentionKernel(attention(64, types), AUGUST)).toBe("none");
      expect(attentionKernel(attention(64, types), OCTOBER)).toBe("matrix");
    }
    expect(attentionKernel(attention(64, ["iq4_nl", "iq4_nl"]), OCTOBER)).toBe("none");
  });

  it("heads of 512 need groups of query heads", () => {
    expect(attentionKernel(attention(64, ["f16", "f16"], 512), OCTOBER)).toBe("matrix");
    expect(attentionKernel(attention(64, ["f16", "f16"], 320), OCTOBER)).toBe("none");
  });
});
