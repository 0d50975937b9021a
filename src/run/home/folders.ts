import { mkdir } from "node:fs/promises";
import { posix, win32 } from "node:path";
import { LoadoutError } from "../../facts/errors/index.ts";
import { messageOf } from "./failure.ts";
import type { HomeContext } from "./machine.ts";

/** Where Loadout keeps things for this person; none of them need exist yet. */
export interface Folders {
  /** kept for good: receipts and weights */
  readonly data: string;
  /** weights that Loadout itself fetched, one folder a model */
  readonly weights: string;
  /** may be deleted at any time */
  readonly cache: string;
  /** written by the person */
  readonly config: string;
}

interface SystemRow {
  readonly data: (home: HomeContext) => string;
  readonly cache: (home: HomeContext) => string;
  readonly config: (home: HomeContext) => string;
}

/**
 * One row a system. Linux: XDG Base Directory Specification 0.8 (a relative value counts as unset). macOS: File System
 * Programming Guide. Windows: Known Folders (local data is not carried to other machines, roaming settings are).
 */
const SYSTEMS: Readonly<Record<"linux" | "darwin" | "win32", SystemRow>> = {
  linux: {
    data: (home) => posix.join(xdg(home, "XDG_DATA_HOME", ".local/share"), "loadout"),
    cache: (home) => posix.join(xdg(home, "XDG_CACHE_HOME", ".cache"), "loadout"),
    config: (home) => posix.join(xdg(home, "XDG_CONFIG_HOME", ".config"), "loadout"),
  },
  darwin: {
    data: ({ homeDir }) => posix.join(homeDir, "Library/Application Support/loadout"),
    cache: ({ homeDir }) => posix.join(homeDir, "Library/Caches/loadout"),
    config: ({ homeDir }) => posix.join(homeDir, "Library/Application Support/loadout"),
  },
  win32: {
    data: (home) => win32.join(windowsFolder(home, "LOCALAPPDATA", "Local"), "loadout", "data"),
    cache: (home) => win32.join(windowsFolder(home, "LOCALAPPDATA", "Local"), "loadout", "cache"),
    config: (home) => win32.join(windowsFolder(home, "APPDATA", "Roaming"), "loadout"),
  },
};

/** The folders of a home. `LOADOUT_HOME` puts all of them under one folder. */
export function foldersOf(home: HomeContext): Folders {
  const path = home.platform === "win32" ? win32 : posix;
  const override = home.env["LOADOUT_HOME"];
  if (override) {
    const root = path.resolve(override);
    const data = path.join(root, "data");
    return { data, weights: path.join(data, "weights"), cache: path.join(root, "cache"), config: root };
  }
  const system = home.platform === "win32" || home.platform === "darwin" ? home.platform : "linux";
  const row = SYSTEMS[system];
  const data = row.data(home);
  return { data, weights: path.join(data, "weights"), cache: row.cache(home), config: row.config(home) };
}

/** Makes a folder and its parents, for this person only, and returns it. */
export async function makeFolder(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new LoadoutError("file-unwritable", { path: folder, got: messageOf(error) }, { cause: error });
  }
  return folder;
}

/** The user's cache folder, where other tools keep theirs too. */
export function userCacheDir(home: HomeContext): string {
  if (home.platform === "darwin") return posix.join(home.homeDir, "Library/Caches");
  if (home.platform === "win32") return windowsFolder(home, "LOCALAPPDATA", "Local");
  return xdg(home, "XDG_CACHE_HOME", ".cache");
}

function xdg({ env, homeDir }: HomeContext, variable: string, fallback: string): string {
  const value = env[variable];
  return value && posix.isAbsolute(value) ? value : posix.join(homeDir, fallback);
}

function windowsFolder({ env, homeDir }: HomeContext, variable: string, fallback: string): string {
  const value = env[variable];
  return value && win32.isAbsolute(value) ? value : win32.join(homeDir, "AppData", fallback);
}
