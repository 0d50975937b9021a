import { createHash } from "node:crypto";
import { mkdtempDisposable, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeZip } from "../../../../tools/zip-writer.ts";
import { fetchWheel, type KnownPackage, type WheelFetch } from "./fetch-wheel.ts";
import type { RunCommand } from "./pip.ts";

const library = Uint8Array.from({ length: 50_000 }, (_, index) => index % 251);
const wheel = writeZip([
  { name: "engine/lib/engine.so", bytes: library },
  { name: "engine/__init__.py", bytes: new Uint8Array(3) },
  { name: "engine-1.dist-info/RECORD", bytes: new Uint8Array(9) },
]);
const sum = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const known = (bytes: Uint8Array): KnownPackage => ({
  name: "engine",
  version: "1",
  wheels: [{ tag: "py3-none-any", bytes: bytes.byteLength, sha256: sum(bytes) }],
  what: "the engine",
  under: "engine/",
});

/** A pip that leaves this file. */
const pip =
  (bytes: Uint8Array, name = "engine-1-py3-none-any.whl"): RunCommand =>
  async (command) => {
    if (!command.includes("--version")) await writeFile(join(command[command.indexOf("-d") + 1]!, name), bytes);
    return { exitCode: 0, output: "pip 25" };
  };

async function inFolder<T>(task: (options: Omit<WheelFetch, "run">, root: string) => Promise<T>): Promise<T> {
  await using root = await mkdtempDisposable(join(tmpdir(), "loadout-"));
  const folders = { folder: join(root.path, "engines", "engine-1"), cache: join(root.path, "cache") };
  return await task({ ...folders, platform: "linux" }, root.path);
}

describe("a wheel that is known to the byte", () => {
  it("is unpacked where it belongs, and its archive cleared away", () =>
    inFolder(async (options) => {
      const { python } = await fetchWheel(known(wheel), { ...options, run: pip(wheel) });
      expect(python).toEqual(["python3"]);
      expect(Buffer.compare(await readFile(join(options.folder, "engine/lib/engine.so")), library)).toBe(0);
      expect(await readdir(options.folder)).toEqual(["engine"]);
      expect(await readdir(join(options.cache, "packages"))).not.toContain("engine-1");
    }));

  it.each([
    ["another file", pip(writeZip([{ name: "engine/x", bytes: library }])), "hash-mismatch"],
    ["a wheel for another machine", pip(wheel, "engine-1-cp39-cp39-win32.whl"), "pip-failed"],
    ["nothing", () => Promise.resolve({ exitCode: 0, output: "" }), "pip-failed"],
  ] satisfies [string, RunCommand, string][])("is not kept when pip brings %s", (_, run, code) =>
    inFolder(async (options, root) => {
      await expect(fetchWheel(known(wheel), { ...options, run })).rejects.toMatchObject({ code });
      expect(await readdir(join(root, "engines"))).toEqual([]);
    }),
  );

  it("whose members would leave the folder is refused, and leaves nothing", () =>
    inFolder(async (options, root) => {
      const bad = writeZip([{ name: "engine/../../../out", bytes: library }]);
      const fetching = fetchWheel(known(bad), { ...options, run: pip(bad) });
      await expect(fetching).rejects.toMatchObject({ code: "archive-damaged" });
      expect(await readdir(join(root, "engines"))).toEqual([]);
    }));

  it("is refused before pip runs when the disk is too small", () =>
    inFolder(async (options) => {
      const run: RunCommand = () => Promise.reject(new Error("pip ran"));
      const fetching = fetchWheel(known(wheel), { ...options, run, freeBytes: () => Promise.resolve(1000) });
      await expect(fetching).rejects.toMatchObject({ code: "disk-full" });
    }));
});
