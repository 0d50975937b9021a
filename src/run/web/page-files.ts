import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import type { Page } from "../gateway/index.ts";
import { PAGE_HEADERS } from "./headers.ts";

/** What a page is made of; files of other kinds are not served. */
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
};

/**
 * The files of a built page by the exact path they are asked at, read once. What is asked is looked up here and never made
 * into a path of the file system, so there is nothing to climb out of. Links are not followed.
 */
export async function pageFiles(folder: string): Promise<ReadonlyMap<string, Page>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && TYPES[extname(entry.name)] !== undefined);
  const pages = await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      const asked = `/${relative(folder, path).split(sep).join("/")}`;
      return [asked, pageOf(asked, await readFile(path))] as const;
    }),
  );
  const found = new Map(pages);
  for (const [asked, page] of pages) {
    if (asked.endsWith("/index.html")) found.set(asked.slice(0, -"index.html".length), page);
  }
  return found;
}

function pageOf(asked: string, body: Buffer): Page {
  return {
    headers: {
      ...PAGE_HEADERS,
      "content-type": TYPES[extname(asked)]!,
      // the name of a built file holds the hash of what is in it
      "cache-control":
        /-[\w-]{8,}\.\w+$/.test(asked) && !asked.endsWith(".html") ? "max-age=31536000, immutable" : "no-cache",
    },
    body,
  };
}
