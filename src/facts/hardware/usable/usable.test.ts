import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Device, Host } from "../rig.ts";
import { heldOfCard, heldOfHost, leastLimitBytes, leftOf, raisedLimit, unifiedLimit } from "./index.ts";

const MIB = 2 ** 20;
const GIB = 2 ** 30;

describe("cards: published totals and free memory lie inside the intervals", () => {
  const ends = (totalMib: number, system: Host["os"], more: object = {}) => {
    const held = heldOfCard({ vendor: "nvidia", totalBytes: totalMib * MIB, system, display: false, ...more });
    const sum = (end: "lowBytes" | "highBytes") => held.reduce((total, part) => total + part[end], 0) / MIB;
    return { most: totalMib - sum("lowBytes"), least: totalMib - sum("highBytes") };
  };

  it.each([
    ["RTX 2000 Ada Laptop", 8188, 7807],
    ["RTX 5060 Ti", 16311, 15841],
    ["RTX 3090", 24576, 24124],
    ["RTX 4090", 24564, 24080],
    ["A100 40 GB", 40960, 40339],
    ["RTX PRO 6000", 97887, 97247],
  ])("%s: of %i MiB that nvidia-smi counts CUDA has %i under Linux", (_, counted, cuda) => {
    const { most, least } = ends(counted, "linux");
    expect(cuda).toBeGreaterThanOrEqual(least);
    expect(cuda).toBeLessThanOrEqual(most);
  });

  it.each([
    ["RTX 4090", 24563, 23036],
    ["RTX 5090", 32606, 30991],
    ["RTX 2080 Ti of 22 GB, Windows 10", 22528, 18.9 * 1024],
  ])("%s: of %i MiB %i are free under Windows", (_, counted, free) => {
    const { most, least } = ends(counted, "win32", { display: true });
    expect(free).toBeGreaterThanOrEqual(least);
    expect(free).toBeLessThanOrEqual(most);
  });

  it("counts each name once, of the row that speaks of the card", () => {
    const vendor = fc.constantFrom<Device["vendor"]>(
      "nvidia",
      "amd",
      "intel",
      "generic",
      "unknown",
      "qualcomm",
      "apple",
    );
    const card = fc.record({
      vendor,
      totalBytes: fc.integer({ min: 2 ** 28, max: 2 ** 40 }),
      system: fc.constantFrom<Host["os"]>("linux", "win32", "darwin"),
      display: fc.boolean(),
      correctionOff: fc.boolean(),
    });
    fc.assert(
      fc.property(card, (asked) => {
        const held = heldOfCard(asked);
        expect(new Set(held.map(({ key }) => key)).size).toBe(held.length);
        for (const { lowBytes, bytes, highBytes } of held)
          expect(0 <= lowBytes && lowBytes <= bytes && bytes <= highBytes && highBytes <= asked.totalBytes).toBe(true);
        expect(leftOf(asked.totalBytes, held)).toBeLessThanOrEqual(asked.totalBytes);
      }),
    );
  });
});

describe("shared memory", () => {
  it.each([
    [16, 10_923, 12_124],
    [18, 12_288, 13_640],
    [24, 16_384, 18_186],
    [32, 21_845, 25_557],
    [36, 24_576, 28_754],
    [64, 49_152, 53_084],
    [128, 98_304, 110_100],
  ])("a Mac of %i GB gives its GPU %i MiB under an older macOS and %i under a new one", (ram, older, newer) => {
    const host = { os: "darwin" as const, ramBytes: ram * GIB };
    expect(Math.abs(leastLimitBytes("apple", host) / MIB - older)).toBeLessThanOrEqual(1);
    expect(Math.abs(unifiedLimit("apple", host).bytes / newer / MIB - 1)).toBeLessThan(0.006);
  });

  it("is raised to what has been run, never beyond what leaves the system room, and never lowered", () => {
    const host = (os: Host["os"], ramBytes: number): Host => ({
      cpu: { model: "any", vendor: "any", physicalCores: 8, logicalCores: 8, features: [] },
      ramBytes,
      availableBytes: ramBytes,
      swapBytes: 0,
      os,
      arch: "arm64",
    });
    const device = (vendor: Device["vendor"], totalBytes: number): Device => ({
      id: "GPU-0",
      name: "chip",
      vendor,
      backend: "vulkan",
      memoryKind: "unified",
      totalBytes,
    });
    const linux = host("linux", 128 * GIB);
    // 32,505,856 pages of 4 KiB and 112 GiB of a Mac have been run
    expect(raisedLimit(device("amd", 64 * GIB), linux)?.command).toContain("ttm.pages_limit=32505856");
    expect(raisedLimit(device("apple", 96 * GIB), host("darwin", 128 * GIB))?.bytes).toBe(112 * GIB);
    expect(raisedLimit(device("amd", 125 * GIB), linux)).toBeUndefined();
    expect(raisedLimit(device("nvidia", 64 * GIB), linux)).toBeUndefined();
    expect(raisedLimit({ ...device("amd", 8 * GIB), memoryKind: "discrete" }, linux)).toBeUndefined();
    expect(raisedLimit({ ...device("amd", 64 * GIB), node: "other" }, linux)).toBeUndefined();
    fc.assert(
      fc.property(fc.integer({ min: 4 * GIB, max: 512 * GIB }), fc.constantFrom("amd", "apple"), (ram, vendor) => {
        const of = host(vendor === "apple" ? "darwin" : "linux", ram);
        const limit = unifiedLimit(vendor, of);
        const raised = raisedLimit(device(vendor, limit.bytes), of);
        if (raised === undefined) return;
        expect(raised.bytes).toBeGreaterThan(limit.bytes);
        expect(raised.bytes).toBeLessThanOrEqual(ram - 4 * GIB);
      }),
    );
  });

  it("of a DGX Spark is what its system sees of 128 GiB", () => {
    const held = heldOfHost({ os: "linux", arch: "arm64", ramBytes: 128 * GIB }).find(({ key }) => key === "firmware")!;
    const [least, most] = [128 - held.highBytes / GIB, 128 - held.lowBytes / GIB];
    expect([119, 122].every((seen) => seen >= least && seen <= most)).toBe(true);
  });
});
