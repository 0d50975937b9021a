import { describe, expect, it } from "vitest";
import { startHub, type Fault, type Seen } from "../../../tools/hub-stand-in.ts";
import { openHttpSource } from "./index.ts";

const MIB = 2 ** 20;
const bytes = Uint8Array.from({ length: 9 * MIB + 5 }, (_, index) => (index * 2654435761) >>> 24);
const at = (hub: { endpoint: string }) => new URL(`${hub.endpoint}/o/n/resolve/main/f`);
/** Retries without waiting; the waits that were asked for are kept. */
const noWait = (waits: number[] = []) => ({
  attempts: 3,
  firstMs: 100,
  delay: (ms: number) => Promise.resolve(void waits.push(ms)),
});

function hubWith(fault?: (seen: Seen, count: number) => Fault | undefined) {
  return startHub({ files: { "o/n/f": { bytes } }, ...(fault ? { fault } : {}) });
}

describe("a source over HTTP ranges", () => {
  it("reads a 9 MiB header front to back in a handful of requests", async () => {
    await using hub = await hubWith();
    const source = await openHttpSource(at(hub));
    expect(source.size).toBe(bytes.byteLength);
    const got = new Uint8Array(9 * MIB);
    for (let offset = 0; offset < got.length; offset += 100_000) {
      const part = await source.read(offset, Math.min(100_000, got.length - offset));
      got.set(part, offset);
    }
    expect(Buffer.compare(got, bytes.subarray(0, got.length))).toBe(0);
    expect(hub.seen.filter(({ server }) => server === "content").length).toBeLessThanOrEqual(4);
  });

  it("reads anywhere, ends where the file ends, and asks once for what several readers want", async () => {
    await using hub = await hubWith();
    const source = await openHttpSource(at(hub), { blockBytes: 1000 });
    const reads = await Promise.all([source.read(5000, 10), source.read(5005, 10), source.read(bytes.length - 3, 100)]);
    expect(reads.map((part) => [...part])).toEqual([
      [...bytes.subarray(5000, 5010)],
      [...bytes.subarray(5005, 5015)],
      [...bytes.subarray(-3)],
    ]);
    expect(hub.seen.filter(({ server }) => server === "content")).toHaveLength(3);
  });

  it("tries again after cut connections and busy servers, for a bounded number of times", async () => {
    const waits: number[] = [];
    await using hub = await hubWith((seen, count) => {
      if (seen.server === "hub") return undefined;
      return [{ cutAfter: 10 }, { status: 503 }, undefined, { cutAfter: 5 }][count];
    });
    const source = await openHttpSource(at(hub), { blockBytes: 1000, retries: noWait(waits) });
    expect([...(await source.read(1500, 3))]).toEqual([...bytes.subarray(1500, 1503)]);
    expect(waits).toEqual([100, 200, 100]);
    await using dead = await hubWith(() => ({ status: 500 }));
    await expect(openHttpSource(at(dead), { retries: noWait() })).rejects.toMatchObject({ code: "remote-failed" });
    expect(dead.seen).toHaveLength(3);
  });

  it("refuses a server that ignores ranges, but takes a small file whole", async () => {
    await using hub = await hubWith(() => ({ ignoreRange: true }));
    await expect(openHttpSource(at(hub))).rejects.toMatchObject({ code: "ranges-refused" });
    await using small = await startHub({
      files: { "o/n/f": { bytes: bytes.subarray(0, 50) } },
      fault: () => ({ ignoreRange: true }),
    });
    const source = await openHttpSource(at(small));
    expect([source.size, (await source.read(10, 5))[0]]).toEqual([50, bytes[10]]);
  });

  it("refuses to mix two versions of a file", async () => {
    await using hub = await hubWith();
    const source = await openHttpSource(at(hub), { blockBytes: 1000 });
    hub.files.set("o/n/f", { bytes: bytes.toReversed() });
    await expect(source.read(5000, 10)).rejects.toMatchObject({ code: "ranges-refused" });
  });

  it("knows an empty file and a missing one", async () => {
    await using hub = await startHub({ files: { "o/n/f": { bytes: new Uint8Array(0) } } });
    expect((await openHttpSource(at(hub))).size).toBe(0);
    const missing = openHttpSource(new URL(`${hub.endpoint}/o/n/resolve/main/other`));
    await expect(missing).rejects.toMatchObject({ code: "remote-not-found" });
  });
});
