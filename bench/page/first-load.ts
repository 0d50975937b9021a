import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { answered, type Site } from "../../web/in-browser/site.ts";
import { FIRST_ANSWER } from "./steps.ts";

/** What a first visit had asked for when its first answer stood in the page, compressed as a server would. */
export async function firstLoadBytes(
  site: Site,
  query: string,
): Promise<{ readonly code: number; readonly data: number }> {
  const page = await site.context.newPage();
  await page.addInitScript(FIRST_ANSWER);
  const asked: { readonly path: string; readonly atMs: number }[] = [];
  page.on("response", (response) => {
    const path = response
      .url()
      .slice(site.url.length)
      .replace(/[?#].*$/, "");
    if (response.ok())
      asked.push({ path: path === "" ? "index.html" : path, atMs: response.request().timing().startTime });
  });
  await page.goto(`${site.url}?${query}`);
  await answered(page);
  const shownAtMs = await page.evaluate<number>("performance.timeOrigin + firstAnswer");
  await page.close();
  // two workers ask for the same files
  const first = [...new Set(asked.filter(({ atMs }) => atMs < shownAtMs).map(({ path }) => path))];
  const total = (of: readonly string[]) =>
    of.reduce((sum, path) => sum + gzipSync(readFileSync(join(site.folder, path)), { level: 9 }).length, 0);
  const isData = (path: string) => path.includes("/catalog-");
  return { code: total(first.filter((path) => !isData(path))), data: total(first.filter(isData)) };
}
