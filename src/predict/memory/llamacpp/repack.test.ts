import { describe, expect, it } from "vitest";
import { elementType, F32 } from "./graph/element.ts";
import { getRows, input, multiplyMatrix } from "./graph/operations.ts";
import { canRepack } from "./repack.ts";

function product(type: string, rows: number): ReturnType<typeof multiplyMatrix> {
  return multiplyMatrix(input(elementType(type)!, [256, rows]), input(F32, [256, 4]));
}

describe("repacking", () => {
  it("depends on the processor", () => {
    expect(canRepack(product("Q4_K", 64), ["avx2"])).toBe(true);
    expect(canRepack(product("Q4_K", 64), ["sse4_2"])).toBe(false);
    expect(canRepack(product("Q6_K", 64), ["avx2", "avx512f"])).toBe(false);
    expect(canRepack(product("Q6_K", 64), ["neon", "dotprod"])).toBe(true);
    expect(canRepack(product("Q2_K", 64), ["avx2"])).toBe(false);
    expect(canRepack(product("Q2_K", 64), ["avx2", "avx512f"])).toBe(true);
  });

  it("depends on the number of rows and on the operation", () => {
    expect(canRepack(product("Q4_0", 63), ["avx2"])).toBe(false);
    expect(canRepack(getRows(input(elementType("Q4_0")!, [256, 64]), input(F32, [4])), ["avx2"])).toBe(false);
  });
});
