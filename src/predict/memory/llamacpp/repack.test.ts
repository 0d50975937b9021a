import { describe, expect, it } from "vitest";
import { amxBuffer, canUseAmx } from "./amx.ts";
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

describe("packing for AMX", () => {
  it("takes more types, in pairs of 16 rows", () => {
    expect(canUseAmx(product("Q8_0", 64))).toBe(true);
    expect(canUseAmx(product("F16", 64))).toBe(true);
    expect(canUseAmx(product("Q4_0", 40))).toBe(false);
    expect(canUseAmx(product("Q2_K", 64))).toBe(false);
  });

  it("adds compensation to some types' blocks", () => {
    const size = (type: string): number => amxBuffer(32).allocationBytes(input(elementType(type)!, [256, 32]));
    expect(size("Q8_0")).toBe(32 * 8 * (34 + 4));
    expect(size("Q4_K")).toBe(32 * (144 + 4));
    expect(size("Q6_K")).toBe(32 * 210);
  });
});
