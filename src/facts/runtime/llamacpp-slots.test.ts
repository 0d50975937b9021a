import { describe, expect, it } from "vitest";
import { LLAMACPP_BUILDS } from "./llamacpp-builds.ts";
import { serverSlots } from "./llamacpp-slots.ts";

const old = LLAMACPP_BUILDS.find(({ id }) => id === "2025")!;
const october = LLAMACPP_BUILDS.at(-1)!;

describe("slots of a server", () => {
  it("are four in one stream where none are asked for", () => {
    const slots = serverSlots({ context: 8192 }, october, 32_768);
    expect(slots).toEqual({ context: 8192, sequences: 4, unifiedCache: true, slotContext: 8192 });
    expect(serverSlots({ parallel: -1, kvUnified: false }, october, 32_768).unifiedCache).toBe(true);
    expect(serverSlots({ context: 8192 }, old, 32_768)).toMatchObject({ sequences: 1, unifiedCache: false });
  });

  it("split the context where a number is asked for, unless told to share it", () => {
    expect(serverSlots({ parallel: 4, context: 8192 }, october, 32_768).slotContext).toBe(2048);
    expect(serverSlots({ parallel: 3, context: 1000 }, october, 32_768).slotContext).toBe(512);
    expect(serverSlots({ parallel: 4, kvUnified: true, context: 8192 }, october, 32_768).slotContext).toBe(8192);
  });

  it("are capped by a length of their own, which sizes the pool where nothing else does", () => {
    const sized = serverSlots({ parallel: 2, kvUnified: true, kvUnifiedPerSlot: 4096 }, october, 32_768);
    expect(sized).toMatchObject({ context: 8192, slotContext: 4096 });
    const pinned = serverSlots({ kvUnifiedPerSlot: 4096, context: 6144 }, october, 32_768);
    expect(pinned).toMatchObject({ context: 6144, slotContext: 4096 });
  });

  it("are never longer than the model was trained for", () => {
    expect(serverSlots({ context: 65_536 }, october, 8192)).toMatchObject({ context: 65_536, slotContext: 8192 });
  });
});
