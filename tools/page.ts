// Builds the page (web/page) with Vite into dist/web/page, or into another folder: `node tools/page.ts [FOLDER]`. The new page
// takes the place of the old one at once, so that whoever reads it meanwhile finds one or the other.
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { build } from "vite";

const ROOT = join(import.meta.dirname, "..");
const SOURCE = join(ROOT, "web/page");
export const PAGE_FOLDER = join(ROOT, "dist/web/page");

/** Is there a page to build? */
export const hasPage = () => existsSync(join(SOURCE, "index.html"));

export async function buildPage(folder: string = PAGE_FOLDER): Promise<void> {
  const fresh = `${folder}.${process.pid}`;
  const old = `${folder}.${process.pid}.old`;
  await mkdir(dirname(folder), { recursive: true });
  try {
    const config = join(ROOT, "web/vite.config.ts");
    await build({
      root: SOURCE,
      configFile: existsSync(config) ? config : false,
      // the same files at the root of a site, below one, and under `loadout web`
      base: "./",
      logLevel: "warn",
      build: { outDir: fresh, emptyOutDir: true },
    });
    if (existsSync(folder)) await rename(folder, old);
    await rename(fresh, folder);
  } finally {
    await rm(fresh, { recursive: true, force: true });
    await rm(old, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const [typed] = process.argv.slice(2);
  await buildPage(typed === undefined ? PAGE_FOLDER : resolve(typed));
}
