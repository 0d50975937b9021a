import { array, assert, asyncProperty, nat, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { LoadoutError } from "../../../facts/errors/index.ts";
import { memorySource } from "../../../facts/weights/byte-source.ts";
import { writeZip, type ZipMember } from "../../../../tools/zip-writer.ts";
import { unzip } from "./unzip.ts";
import { readZipDirectory } from "./zip-directory.ts";

const text = Buffer.from("a line of text that repeats, ".repeat(5000));
const random = Uint8Array.from({ length: 300_000 }, (_, index) => Math.imul(index, 2654435761) >>> 24);

async function unpack(archive: Uint8Array, name: string): Promise<Uint8Array> {
  const source = memorySource(archive, "test.zip");
  const entry = (await readZipDirectory(source)).find((candidate) => candidate.name === name);
  const pieces: Uint8Array[] = [];
  for await (const piece of unzip(source, entry!)) pieces.push(piece);
  return Buffer.concat(pieces);
}

const one = (member: Partial<ZipMember>) => writeZip([{ name: "m", bytes: text, ...member }]);

describe("unzip", () => {
  it.each([
    ["deflated", {}, {}],
    ["stored", { stored: true }, {}],
    ["zip64 sizes", { zip64: true }, {}],
    ["a zip64 end record", {}, { zip64: true }],
    ["zip64 everywhere, stored", { zip64: true, stored: true }, { zip64: true }],
    ["a comment behind the end record", {}, { comment: "PK\x05 not an end record" }],
  ])("unpacks members that are %s", async (_, member, options) => {
    const others = [
      { name: "first", bytes: random },
      { name: "folder/last", bytes: new Uint8Array(0) },
    ];
    const archive = writeZip([others[0]!, { name: "m", bytes: text, ...member }, others[1]!], options);
    expect(Buffer.compare(await unpack(archive, "m"), text)).toBe(0);
    expect(Buffer.compare(await unpack(archive, "first"), random)).toBe(0);
    expect(await unpack(archive, "folder/last")).toHaveLength(0);
  });

  it.each([
    ["a wrong CRC-32", one({ crc32: 1 }), "CRC-32"],
    ["more bytes than it claims", one({ claimedBytes: 100 }), "100 unpacked bytes"],
    ["fewer bytes than it claims", one({ claimedBytes: 1_000_000 }), "1000000 unpacked bytes"],
    ["another method", one({ method: 12 }), "method 12"],
    ["a password", one({ encrypted: true }), "encrypted"],
    ["a stored body called deflated", one({ stored: true, method: 8 }), "deflated"],
    ["no end record", new Uint8Array(100), "end record"],
    ["nothing in it", new Uint8Array(0), "end record"],
    ["its end cut off", one({}).subarray(0, -10), "end record"],
    ["its start cut off", one({}).subarray(40), "file"],
  ])("refuses an archive with %s", async (_, archive, named) => {
    await expect(unpack(archive, "m")).rejects.toMatchObject({
      code: "archive-damaged",
      message: expect.stringContaining(named),
    });
  });

  it("stops a bomb at the first byte beyond its claim", async () => {
    const bomb = one({ bytes: new Uint8Array(50_000_000), claimedBytes: 10 });
    await expect(unpack(bomb, "m")).rejects.toMatchObject({ code: "archive-damaged" });
  });

  it("stops on request", async () => {
    const source = memorySource(one({}));
    const [entry] = await readZipDirectory(source);
    const pieces = unzip(source, entry!, AbortSignal.abort());
    await expect(pieces.next()).rejects.toMatchObject({ code: "interrupted" });
  });

  it("refuses whatever is damaged with a typed error, and never returns wrong bytes", async () => {
    const archive = writeZip([{ name: "m", bytes: text, zip64: true }], { zip64: true });
    const change = record({ at: nat(archive.length - 1), value: nat(255) });
    await assert(
      asyncProperty(array(change, { minLength: 1, maxLength: 8 }), nat(40), async (changes, cut) => {
        const damagedArchive = archive.slice(0, archive.length - cut);
        for (const { at, value } of changes) if (at < damagedArchive.length) damagedArchive[at] = value;
        const source = memorySource(damagedArchive);
        try {
          for (const entry of await readZipDirectory(source)) {
            const pieces: Uint8Array[] = [];
            for await (const piece of unzip(source, entry)) pieces.push(piece);
            if (entry.crc32 === 0) continue; // a damaged sum may fit damaged bytes
            expect(Buffer.concat(pieces).byteLength).toBe(entry.bytes);
          }
        } catch (error) {
          if (!(error instanceof LoadoutError)) throw error;
          expect(error.code).toBe("archive-damaged");
        }
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});
