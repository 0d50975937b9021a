import { mkdtempDisposable, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type StandIn, type StandInOptions, startHub } from "../../../../tools/hub-stand-in.ts";
import { LoadoutError } from "../../../facts/errors/index.ts";
import { geometryFromGguf } from "../../../facts/model/index.ts";
import type { Hub } from "../hub/index.ts";
import { addressOf, ggufSets, hubFiles, KeptBytes, listRepository, readRemoteGguf, type Reading } from "./index.ts";
import { geometryOf, modelBytes, splitBytes } from "./testing/files.ts";

const VOCABULARY = 100_000;
const model = modelBytes(VOCABULARY);
const MIB = 2 ** 20;

/** A hub with a model, a cache folder, and the question asked of them. */
async function remote(files: Record<string, Uint8Array>, options: Partial<StandInOptions> = {}) {
  const folder = await mkdtempDisposable(join(tmpdir(), "loadout-"));
  const hub = await startHub({
    files: Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`o/n/${name}`, { bytes }])),
    ...options,
  });
  const damaged: string[] = [];
  const notes: string[] = [];
  const waits: number[] = [];
  const reading = (other: Partial<Reading> = {}): Reading => ({
    kept: new KeptBytes(folder.path, (path) => void damaged.push(path)),
    offline: false,
    onNote: (text) => void notes.push(text),
    retries: { attempts: 3, firstMs: 10, delay: (ms) => Promise.resolve(void waits.push(ms)) },
    ...other,
  });
  const at: Hub = { endpoint: hub.endpoint, cacheDir: folder.path, offline: false };
  const read = async (label: string, other: Partial<Reading> = {}, of: Hub = at) => {
    const asked = reading(other);
    const listing = await listRepository(of, "o/n", "main", asked);
    const set = ggufSets(listing.files).find((each) => each.label === label)!;
    return readRemoteGguf(hubFiles(of, listing, set.files), asked);
  };
  const dispose = async () => {
    await hub.close();
    await folder.remove();
  };
  return { hub, at, reading, read, damaged, notes, waits, folder: folder.path, [Symbol.asyncDispose]: dispose };
}

/** Bytes of the file that went over the network, listings not counted. */
const sent = (hub: StandIn) =>
  hub.seen.filter(({ server }) => server === "content").reduce((sum, { sentBytes }) => sum + sentBytes, 0);
const blobs = (hub: StandIn) => hub.seen.filter(({ path }) => !path.startsWith("api/"));

test("a header is read by ranges, never the weights, and a second time from the cache", async () => {
  await using here = await remote({ "m-Q8_0.gguf": modelBytes(1000), "m-F16.gguf": model });
  const file = await here.read("F16");
  expect(geometryFromGguf(file)).toEqual(geometryOf(VOCABULARY));
  expect(file.files).toEqual([expect.objectContaining({ bytes: model.byteLength })]);
  expect(model.byteLength).toBeGreaterThan(20 * MIB);
  expect(file.headerBytes).toBeGreaterThan(2 * MIB);
  expect(sent(here.hub)).toBeLessThan(file.headerBytes + 5 * MIB);

  const before = blobs(here.hub).length;
  let bytes = 0;
  expect(await here.read("F16", { onBytes: (more) => (bytes += more) })).toEqual(file);
  expect(blobs(here.hub)).toHaveLength(before);
  expect(bytes).toBeLessThan(1000); // the list of files
});

test("a file that changed is read again", async () => {
  await using here = await remote({ "m-F16.gguf": model });
  await here.read("F16");
  here.hub.files.set("o/n/m-F16.gguf", { bytes: modelBytes(90_000) });
  expect(geometryFromGguf(await here.read("F16")).vocabularySize).toBe(90_000);
});

test("without a network, and when told not to use it, the cache answers and says so", async () => {
  await using here = await remote({ "m-F16.gguf": model });
  const file = await here.read("F16");
  expect(here.notes).toEqual([]);
  expect(await here.read("F16", { offline: true })).toEqual(file);
  await here.hub.close();
  expect(await here.read("F16")).toEqual(file);
  expect(here.notes).toEqual([
    expect.stringContaining("the network is not to be used"),
    expect.stringContaining("cannot reach"),
  ]);
  const nothing = new KeptBytes(join(here.folder, "other"));
  await expect(here.read("F16", { offline: true, kept: nothing })).rejects.toMatchObject({ code: "not-kept" });
  await expect(here.read("F16", { kept: nothing })).rejects.toMatchObject({ code: "network-unreachable" });
});

test("damage in the cache is noticed, and what was damaged is read again", async () => {
  await using here = await remote({ "m-F16.gguf": model });
  const file = await here.read("F16");
  for (const name of await readdir(here.folder)) {
    const bytes = await readFile(join(here.folder, name));
    bytes[bytes.byteLength - 7]! ^= 1;
    await writeFile(join(here.folder, name), bytes);
  }
  expect(await here.read("F16")).toEqual(file);
  expect(here.damaged).toHaveLength(2);
  await writeFile(join(here.folder, (await readdir(here.folder))[0]!), "");
  expect(await here.read("F16")).toEqual(file);
  expect(here.damaged).toHaveLength(3);
});

test("what had come before a failure is not asked for again", async () => {
  let dead = false;
  await using here = await remote(
    { "m-F16.gguf": model },
    { fault: ({ server }, count) => (server === "content" && count > 0 && dead ? { status: 503 } : undefined) },
  );
  dead = true;
  await expect(here.read("F16")).rejects.toMatchObject({ code: "remote-failed" });
  dead = false;
  here.hub.seen.length = 0;
  expect(geometryFromGguf(await here.read("F16"))).toEqual(geometryOf(VOCABULARY));
  const starts = here.hub.seen.filter(({ server }) => server === "content").map(({ start }) => start);
  expect(Math.min(...starts)).toBeGreaterThanOrEqual(MIB);
});

test("cut answers and busy servers are asked again, a bounded number of times", async () => {
  await using here = await remote(
    { "m-F16.gguf": model },
    {
      fault: ({ server }, count) =>
        server === "content" ? [{ cutAfter: 10 }, { status: 429 }][count] : count === 0 ? { status: 429 } : undefined,
    },
  );
  expect(geometryFromGguf(await here.read("F16"))).toEqual(geometryOf(VOCABULARY));
  expect(here.waits).toEqual([10, 10, 20]);
  await using busy = await remote({ "m-F16.gguf": model }, { fault: () => ({ status: 429 }) });
  await expect(busy.read("F16")).rejects.toMatchObject({
    code: "remote-failed",
    message: expect.stringContaining("429"),
  });
  expect(busy.hub.seen).toHaveLength(3);
});

test.each([
  [{ status: 401, headers: { "x-error-code": "GatedRepo" } }, "access-denied", "HF_TOKEN"],
  [{ status: 401, headers: { "x-error-code": "RepoNotFound" } }, "remote-not-found", "owner"],
  [{ status: 404 }, "remote-not-found", "owner"],
])("an answer of %j is %s", async (fault, code, hint) => {
  await using here = await remote({ "m-F16.gguf": model }, { fault: () => fault });
  await expect(here.read("F16")).rejects.toMatchObject({ code, hint: expect.stringContaining(hint) });
});

test("the token goes to the hub alone, also after the redirect to another host", async () => {
  await using here = await remote({ "m-F16.gguf": model });
  await here.read("F16", {}, { ...here.at, token: "secret" });
  for (const { server, authorization } of here.hub.seen)
    expect(authorization).toBe(server === "hub" ? "Bearer secret" : undefined);
});

test("a split set is read as one, its later parts by a few kB each", async () => {
  const parts = splitBytes(VOCABULARY, 4);
  const names = parts.map((_, part) => `Q/m-F16-0000${part + 1}-of-00004.gguf`);
  await using here = await remote(Object.fromEntries(names.map((name, index) => [name, parts[index]!])));
  const file = await here.read("F16");
  expect(geometryFromGguf(file)).toEqual(geometryOf(VOCABULARY));
  expect(file.files.map(({ bytes }) => bytes)).toEqual(parts.map((part) => part.byteLength));
  const later = here.hub.seen.filter(({ server, path }) => server === "content" && !path.includes("00001-of"));
  expect(later).toHaveLength(3);
  for (const { sentBytes } of later) expect(sentBytes).toBeLessThanOrEqual(65_536);
  here.hub.files.delete(`o/n/${names[2]}`);
  await expect(here.read("F16")).rejects.toThrow();
});

test("Ctrl-C ends the reading, and what had come is kept", async () => {
  const stop = new AbortController();
  await using here = await remote({ "m-F16.gguf": model });
  const aborted = here.read("F16", { signal: stop.signal, onBytes: (bytes) => bytes > 100_000 && stop.abort() });
  await expect(aborted).rejects.toMatchObject({ code: "interrupted" });
  expect(await readdir(here.folder)).toHaveLength(2);
});

test("a header that does not end is given up before it becomes a download", async () => {
  // one metadata string that claims 200 MiB, on a server that would send them
  const endless = new Uint8Array(200 * MIB);
  endless.set(modelBytes(1000).subarray(0, 24));
  const view = new DataView(endless.buffer);
  view.setBigUint64(24, 8n, true);
  endless.set(new TextEncoder().encode("some.key"), 32);
  view.setUint32(40, 8, true);
  view.setBigUint64(44, BigInt(190 * MIB), true);
  await using here = await remote({ "m-F16.gguf": endless });
  await expect(here.read("F16")).rejects.toMatchObject({ code: "header-too-long" });
  expect(sent(here.hub)).toBeLessThan(101 * MIB);
});

test("an address is read the same way, also of a set, and from the cache when its ETag stands", async () => {
  const parts = splitBytes(VOCABULARY, 2);
  await using here = await remote(
    { "m-00001-of-00002.gguf": parts[0]!, "m-00002-of-00002.gguf": parts[1]! },
    { direct: true },
  );
  const url = new URL(`${here.hub.endpoint}/o/n/resolve/main/m-00001-of-00002.gguf`);
  const ask = async (other: Partial<Reading> = {}) => {
    const reading = here.reading(other);
    return readRemoteGguf(await addressOf(url, reading), reading);
  };
  const file = await ask();
  expect(geometryFromGguf(file)).toEqual(geometryOf(VOCABULARY));
  here.hub.seen.length = 0;
  expect(await ask()).toEqual(file);
  expect(here.hub.seen.map(({ method }) => method)).toEqual(["HEAD", "HEAD"]);
  expect(await ask({ offline: true })).toEqual(file);
});

test("sets are told apart: parts together, projectors and importance matrices aside", () => {
  const file = (path: string, bytes: number) => ({ path, bytes, etag: path });
  const sets = ggufSets([
    file("README.md", 1),
    file("m-Q4_K_M.gguf", 40),
    file("mmproj-F16.gguf", 5),
    file("imatrix.gguf", 5),
    file("Q8_0/m-Q8_0-00002-of-00002.gguf", 30),
    file("Q8_0/m-Q8_0-00001-of-00002.gguf", 50),
    file("m-BF16-00001-of-00003.gguf", 50),
    file("m-UD-Q2_K_XL.gguf", 20),
    file("odd.gguf", 7),
  ]);
  expect(sets.map(({ label, bytes, files }) => [label, bytes, files.length])).toEqual([
    ["odd", 7, 1],
    ["UD-Q2_K_XL", 20, 1],
    ["Q4_K_M", 40, 1],
    ["Q8_0", 80, 2],
  ]);
});

test("whatever the hub lists, it is a list or a refusal, and names that lead elsewhere are not followed", async () => {
  await using here = await remote({});
  const say = (text: string) =>
    here.hub.files.set("api/models/o/n/revision/main", { bytes: new TextEncoder().encode(text) });
  const list = () =>
    listRepository(
      here.at,
      "o/n",
      "main",
      here.reading({ retries: { attempts: 1, firstMs: 1, delay: () => Promise.resolve() } }),
    );
  const file = fc.record(
    {
      rfilename: fc.oneof(
        fc.string(),
        fc.constantFrom("a.gguf", "../../x.gguf", "/etc/x.gguf", "a-00001-of-00002.gguf"),
      ),
      size: fc.anything(),
      blobId: fc.anything(),
      lfs: fc.oneof(fc.anything(), fc.record({ sha256: fc.string(), size: fc.nat() })),
    },
    { requiredKeys: [] },
  );
  const answer = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .record({ sha: fc.oneof(fc.anything(), fc.constant("abc")), siblings: fc.oneof(fc.anything(), fc.array(file)) })
      .map((value) => JSON.stringify(value)),
  );
  await fc.assert(
    fc.asyncProperty(answer, async (text) => {
      say(text);
      try {
        const listing = await list();
        for (const { files } of ggufSets(listing.files)) {
          const [first] = hubFiles(here.at, listing, files);
          expect(first!.request.url.href.startsWith(`${here.hub.endpoint}/o/n/resolve/`)).toBe(true);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(LoadoutError);
      }
    }),
    { numRuns: 60 },
  );
});

test("whatever lies in the cache, it is what was kept or nothing", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "loadout-"));
  const kept = new KeptBytes(folder.path);
  const entry = { etag: "e", size: 9, bytes: new Uint8Array([1, 2, 10, 3]) };
  await kept.write("name", entry);
  const [name] = await readdir(folder.path);
  const whole = await readFile(join(folder.path, name!));
  expect({ ...(await kept.read("name"))! }).toMatchObject({ etag: "e", size: 9 });
  expect(await kept.read("other")).toBeUndefined();
  await fc.assert(
    fc.asyncProperty(
      fc.nat(whole.byteLength - 1),
      fc.integer({ min: 1, max: 255 }),
      fc.boolean(),
      async (at, by, cut) => {
        const bytes = Uint8Array.from(cut ? whole.subarray(0, at) : whole);
        if (!cut) bytes[at]! ^= by;
        await writeFile(join(folder.path, name!), bytes);
        const read = await kept.read("name");
        if (read) expect({ ...read, bytes: [...read.bytes] }).toEqual({ ...entry, bytes: [...entry.bytes] });
      },
    ),
    { numRuns: 60 },
  );
});
