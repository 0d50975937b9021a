import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { LoadoutError } from "../../facts/errors/index.ts";
import { packageFile } from "../home/index.ts";

/** The page as it is carried in the package. */
const PAGE = "dist/page";
/** What builds it; only a checkout has it. */
const BUILDER = "tools/page.ts";
/** What it is built from. */
const SOURCES = ["web", "src/facts", "src/predict", "src/plan", "src/draw", "data", "docs/guide", "site/public"];

/**
 * The folder of the built page. In a checkout it is built first where it is missing or older than what it is built from;
 * `onBuild` hears of it, since that takes seconds.
 */
export async function builtPage(onBuild: (why: string) => void): Promise<string> {
  const folder = packageFile(PAGE);
  const built = await changedAtMs(join(folder, "index.html"));
  if (existsSync(packageFile(BUILDER)) && existsSync(packageFile("web/page/index.html"))) {
    if (built === undefined) onBuild("it is not there yet");
    else if ((await newestOf(SOURCES.map(packageFile))) > built) onBuild("its sources changed");
    else return folder;
    await build();
  } else if (built === undefined) throw new LoadoutError("web-page-missing", { path: folder });
  return folder;
}

async function build(): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, [packageFile(BUILDER)], { maxBuffer: 16 * 1024 * 1024 });
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
    const got =
      said
        .split("\n")
        .find((line) => /error/i.test(line))
        ?.slice(0, 300) ?? "its builder failed";
    throw new LoadoutError("web-page-not-built", { got }, { cause: error });
  }
}

async function newestOf(folders: readonly string[]): Promise<number> {
  const times = await Promise.all(folders.map(newestIn));
  return Math.max(0, ...times);
}

/** When the newest file below a folder was changed; tests are not built in. */
async function newestIn(folder: string): Promise<number> {
  const entries = existsSync(folder) ? await readdir(folder, { recursive: true, withFileTypes: true }) : [];
  const files = entries.filter((entry) => entry.isFile() && !entry.name.includes(".test."));
  const times = await Promise.all(files.map(({ parentPath, name }) => changedAtMs(join(parentPath, name))));
  return times.reduce<number>((newest, time) => Math.max(newest, time ?? 0), 0);
}

async function changedAtMs(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return undefined;
  }
}
