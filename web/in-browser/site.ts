import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { BrowserContext, Page } from "playwright-core";
import { openBrowser } from "../../src/run/gateway/testing/browser.ts";
import { serveFiles } from "./serve.ts";

/** The built page on a server of files, and a browser before it. */
export interface Site {
  readonly url: string;
  /** the browser's program */
  readonly browserPath: string;
  /** the built files */
  readonly folder: string;
  readonly context: BrowserContext;
  /** what went wrong in any page, and requests that left for elsewhere; a test empties it */
  readonly faults: string[];
  /** A page of its own, the first answer there. `query`: as the address carries it, without its question mark. */
  open(query?: string, size?: { readonly width: number; readonly height: number }): Promise<Page>;
  /** Cuts the network of every page and worker, or mends it. */
  online(is: boolean): Promise<void>;
  close(): Promise<void>;
}

const BUILDER = join(import.meta.dirname, "../../tools/page.ts");
const WIDE = { width: 1280, height: 900 };
const PATIENCE_MS = 15_000;

export async function openSite(browserPath: string): Promise<Site> {
  const made = await mkdtemp(join(tmpdir(), "loadout-page-"));
  const folder = join(made, "page");
  const { NODE_ENV: _, ...env } = process.env;
  const [browser] = await Promise.all([
    openBrowser(browserPath),
    promisify(execFile)(process.execPath, [BUILDER, folder], { env }),
  ]);
  const server = await serveFiles(folder);
  const { context } = browser;
  const faults: string[] = [];
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: new URL(server.url).origin });
  context.on("request", (request) => {
    if (!request.url().startsWith(server.url) && !/^(?:data|blob):/.test(request.url()))
      faults.push(`asked elsewhere: ${request.url()}`);
  });
  context.on("page", (page) => {
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      // the page looks once whether a server answers: a site of files has none
      const probe = message.location().url.endsWith("/api/rig");
      if (message.type() === "error" && !probe) faults.push(message.text());
    });
  });
  return {
    url: server.url,
    browserPath,
    folder,
    context,
    faults,
    open: async (query = "", size = WIDE) => {
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE_MS);
      await page.setViewportSize(size);
      await page.goto(query === "" ? server.url : `${server.url}?${query}`);
      await answered(page);
      return page;
    },
    online: async (is) => {
      // a browser that is set offline still lets its workers ask
      server.reachable(is);
      await context.setOffline(!is);
    },
    close: async () => {
      await browser.close();
      await server.close();
      await rm(made, { recursive: true, force: true });
    },
  };
}

/** Waits until what is shown belongs to what is asked: the main numbers and what is searched for, not what is out of sight. */
export async function answered(page: Page): Promise<void> {
  await page.locator('#verdict.problem-card, #launch[aria-busy="false"]').first().waitFor();
  await page.locator('#verdict[aria-busy="true"]').waitFor({ state: "detached" });
}

/** "fits 2.56 GiB to spare of 24 GiB on CUDA0", as it is written and not as it is styled. */
export async function verdictOf(page: Page): Promise<string> {
  return (await page.locator("#verdict h2").textContent()) ?? "";
}

/** Keeps a picture to look at where `LOADOUT_SHOTS` names a folder. */
export async function shot(page: Page, name: string, fullPage = false): Promise<void> {
  const folder = process.env["LOADOUT_SHOTS"];
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage });
}
