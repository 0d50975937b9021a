import { mkdtempDisposable, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { foldersOf, makeFolder, userCacheDir } from "./index.ts";

const linux = { platform: "linux", env: {}, homeDir: "/home/ada" };
const mac = { platform: "darwin", env: {}, homeDir: "/Users/ada" };
const windows = { platform: "win32", env: {}, homeDir: "C:\\Users\\ada" };

describe("folders", () => {
  it("follow the system's custom", () => {
    expect(foldersOf(linux)).toEqual({
      data: "/home/ada/.local/share/loadout",
      weights: "/home/ada/.local/share/loadout/weights",
      cache: "/home/ada/.cache/loadout",
      config: "/home/ada/.config/loadout",
    });
    expect(foldersOf(mac)).toMatchObject({
      data: "/Users/ada/Library/Application Support/loadout",
      cache: "/Users/ada/Library/Caches/loadout",
    });
    expect(foldersOf(windows)).toEqual({
      data: "C:\\Users\\ada\\AppData\\Local\\loadout\\data",
      weights: "C:\\Users\\ada\\AppData\\Local\\loadout\\data\\weights",
      cache: "C:\\Users\\ada\\AppData\\Local\\loadout\\cache",
      config: "C:\\Users\\ada\\AppData\\Roaming\\loadout",
    });
  });

  it("follow the environment where it says so", () => {
    const env = { XDG_DATA_HOME: "/data", XDG_CACHE_HOME: "relative", XDG_CONFIG_HOME: "" };
    expect(foldersOf({ ...linux, env })).toMatchObject({
      data: "/data/loadout",
      cache: "/home/ada/.cache/loadout", // a relative value counts as unset
      config: "/home/ada/.config/loadout",
    });
    expect(foldersOf({ ...windows, env: { LOCALAPPDATA: "D:\\Local", APPDATA: "D:\\Roaming" } })).toMatchObject({
      cache: "D:\\Local\\loadout\\cache",
      config: "D:\\Roaming\\loadout",
    });
  });

  it("all move with LOADOUT_HOME", () => {
    expect(foldersOf({ ...linux, env: { LOADOUT_HOME: "/big/loadout", XDG_DATA_HOME: "/data" } })).toEqual({
      data: "/big/loadout/data",
      weights: "/big/loadout/data/weights",
      cache: "/big/loadout/cache",
      config: "/big/loadout",
    });
    expect(foldersOf({ ...windows, env: { LOADOUT_HOME: "E:\\loadout" } }).weights).toBe("E:\\loadout\\data\\weights");
  });

  it("know where other programs keep their caches", () => {
    expect(userCacheDir(linux)).toBe("/home/ada/.cache");
    expect(userCacheDir(mac)).toBe("/Users/ada/Library/Caches");
    expect(userCacheDir(windows)).toBe("C:\\Users\\ada\\AppData\\Local");
  });

  it("of an unknown system are those of Linux", () => {
    expect(foldersOf({ ...linux, platform: "freebsd" })).toEqual(foldersOf(linux));
  });
});

describe("making a folder", () => {
  it("makes its parents too, and says what is in the way", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "loadout-"));
    const deep = join(folder.path, "a/b");
    expect(await makeFolder(deep)).toBe(deep);
    expect(await makeFolder(deep)).toBe(deep);
    expect((await stat(deep)).isDirectory()).toBe(true);
    await writeFile(join(deep, "file"), "");
    await expect(makeFolder(join(deep, "file/x"))).rejects.toMatchObject({ code: "file-unwritable" });
  });
});
