import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { answered, type Site } from "../../web/in-browser/site.ts";

/** What a first visit had fetched when its first answer stood in the page, compressed as a server would. */
export async function firstLoadBytes(
  site: Site,
  query: string,
): Promise<{ readonly code: number; readonly data: number }> {
  const page = await site.context.newPage();
  const paths: string[] = [];
  page.on("response", (response) => {
    const path = response
      .url()
      .slice(site.url.length)
      .replace(/[?#].*$/, "");
    if (response.ok() && !response.url().startsWith("data:")) paths.push(path === "" ? "index.html" : path);
  });
  await page.goto(`${site.url}?${query}`);
  await page.locator('#verdict[aria-busy="false"] h2').waitFor();
  // two workers fetch the same files
  const first = [...new Set(paths)];
  await answered(page);
  await page.close();
  const total = (of: readonly string[]) =>
    of.reduce((sum, path) => sum + gzipSync(readFileSync(join(site.folder, path)), { level: 9 }).length, 0);
  const isData = (path: string) => path.includes("/catalog-");
  return { code: total(first.filter((path) => !isData(path))), data: total(first.filter(isData)) };
}
