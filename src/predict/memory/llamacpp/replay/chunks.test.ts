import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChunkAllocator, type Address } from "./chunks.ts";

describe("chunk allocator", () => {
  it("takes the tightest closed block, and of equal ones the last", () => {
    const chunks = new ChunkAllocator(1, Infinity);
    const holes = [30, 20, 20].map((size) => [chunks.allocate(size), chunks.allocate(1)] as const);
    for (const [index, [hole]] of holes.entries()) chunks.free(hole, [30, 20, 20][index]!);
    expect(chunks.allocate(20).offset).toBe(holes[2]![0].offset);
    expect(chunks.allocate(15).offset).toBe(holes[1]![0].offset);
    expect(chunks.allocate(25).offset).toBe(holes[0]![0].offset);
  });

  it("uses the open end only when nothing closed is large enough", () => {
    const chunks = new ChunkAllocator(1, Infinity);
    const hole = chunks.allocate(10);
    chunks.allocate(5);
    chunks.free(hole, 10);
    expect(chunks.allocate(11).offset).toBe(15);
    expect(chunks.allocate(10).offset).toBe(0);
    expect(chunks.sizes()).toEqual([26]);
  });

  it("keeps the high-water mark when everything is given back", () => {
    const chunks = new ChunkAllocator(128, Infinity);
    const address = chunks.allocate(1000);
    chunks.free(address, 1000);
    expect(chunks.allocate(10).offset).toBe(0);
    expect(chunks.sizes()).toEqual([1024]);
  });

  it("lets a block of no bytes keep its neighbours apart", () => {
    const chunks = new ChunkAllocator(1, Infinity);
    const first = chunks.allocate(10);
    const empty = chunks.allocate(0);
    const second = chunks.allocate(10);
    chunks.allocate(1);
    chunks.free(empty, 0);
    chunks.free(first, 10);
    chunks.free(second, 10);
    // the first merges with the mark between them, the second with the two
    expect(chunks.allocate(20).offset).toBe(0);
  });

  it("opens a chunk where the limit is reached, larger than the limit for a larger tensor", () => {
    const chunks = new ChunkAllocator(1, 100);
    expect(chunks.allocate(60)).toEqual({ chunk: 0, offset: 0 });
    expect(chunks.allocate(60)).toEqual({ chunk: 1, offset: 0 });
    expect(chunks.allocate(30)).toMatchObject({ chunk: 0, offset: 60 });
    expect(chunks.allocate(500)).toEqual({ chunk: 2, offset: 0 });
    expect(chunks.sizes()).toEqual([90, 60, 500]);
  });

  it("prefers the open end that grows its chunk least", () => {
    const chunks = new ChunkAllocator(1, 100);
    const first = chunks.allocate(90);
    chunks.allocate(40);
    chunks.free(first, 90);
    // chunk 0 has been 90 long before, so 50 fit without growth; chunk 1 would grow
    expect(chunks.allocate(50).chunk).toBe(0);
  });

  it("never lets two live tensors overlap, whatever is taken and given back", () => {
    const step = fc.record({ bytes: fc.nat(400), release: fc.option(fc.nat(20), { nil: undefined }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.constantFrom(1, 32, 128), (steps, alignment) => {
        const chunks = new ChunkAllocator(alignment, 1000);
        const live: { address: Address; bytes: number }[] = [];
        for (const { bytes, release } of steps) {
          if (release !== undefined && live.length > 0) {
            const [gone] = live.splice(release % live.length, 1);
            chunks.free(gone!.address, gone!.bytes);
          }
          const address = chunks.allocate(bytes);
          expect(address.offset % alignment).toBe(0);
          for (const other of live) {
            if (other.address.chunk !== address.chunk || other.bytes === 0 || bytes === 0) continue;
            const apart =
              other.address.offset + other.bytes <= address.offset || address.offset + bytes <= other.address.offset;
            expect(apart).toBe(true);
          }
          expect(chunks.sizes()[address.chunk]!).toBeGreaterThanOrEqual(address.offset + bytes);
          live.push({ address, bytes });
        }
      }),
      { numRuns: 200 },
    );
  });
});
