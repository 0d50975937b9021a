import { readFile } from "node:fs/promises";
import { packageFile } from "../home/index.ts";
import type { Page, PageSource } from "./options.ts";

const FILES = [
  { path: "/", file: "index.html", type: "text/html; charset=utf-8" },
  { path: "/chat.css", file: "chat.css", type: "text/css; charset=utf-8" },
  { path: "/chat.js", file: "chat.js", type: "text/javascript; charset=utf-8" },
] as const;

/** Nothing but this page's own files runs in it, nothing else is asked, and no other page may frame it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The chat page, for `GatewayOptions.pages`. */
export async function chatPages(): Promise<ReadonlyMap<string, PageSource>> {
  const pages = await Promise.all(
    FILES.map(async ({ path, file, type }) => {
      const page: Page = {
        headers: {
          "content-type": type,
          "content-security-policy": POLICY,
          "x-content-type-options": "nosniff",
          "referrer-policy": "no-referrer",
          "cache-control": "no-cache",
        },
        body: await readFile(packageFile(`web/chat/${file}`)),
      };
      return [path, () => page] as const;
    }),
  );
  return new Map(pages);
}
