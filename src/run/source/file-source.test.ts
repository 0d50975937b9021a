import { mkdtempDisposable, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openFileSource } from "./index.ts";

describe("a file as a source", () => {
  it("reads at any position, several reads at once", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "loadout-"));
    const path = join(folder.path, "x");
    await writeFile(
      path,
      Uint8Array.from({ length: 256 }, (_, index) => index),
    );
    await using source = await openFileSource(path);
    expect(source).toMatchObject({ name: path, size: 256 });
    const [a, b, c] = await Promise.all([source.read(250, 6), source.read(0, 2), source.read(256, 4)]);
    expect([[...a], [...b], [...c]]).toEqual([[250, 251, 252, 253, 254, 255], [0, 1], []]);
    expect([...(await source.read(254, 100))]).toEqual([254, 255]);
  });

  it("returns what there is of a file that has shrunk meanwhile", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "loadout-"));
    const path = join(folder.path, "x");
    await writeFile(path, new Uint8Array(100));
    await using source = await openFileSource(path);
    await truncate(path, 10);
    expect((await source.read(0, 100)).byteLength).toBe(10);
  });

  it("says why a path cannot be read", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "loadout-"));
    const missing = openFileSource(join(folder.path, "missing"));
    await expect(missing).rejects.toMatchObject({
      code: "file-unreadable",
      message: expect.stringContaining("there is no such file"),
    });
    await expect(openFileSource(folder.path)).rejects.toMatchObject({ code: "file-unreadable" });
  });
});
