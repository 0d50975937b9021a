import { afterAll, afterEach, beforeAll, describe, expect } from "vitest";
import { browserHere } from "../../src/run/gateway/testing/browser.ts";
import { openSite, type Site } from "./site.ts";

/** Tests before the built page in a real browser: without one they are left out, unless `LOADOUT_REQUIRE_BROWSER` is 1. */
export function inBrowser(name: string, tests: (site: () => Site) => void): void {
  const path = browserHere();
  const required = process.env["LOADOUT_REQUIRE_BROWSER"] === "1";
  describe.skipIf(path === undefined && !required)(`${name} (${path ?? "no Chrome or Chromium here"})`, () => {
    let site: Site;
    beforeAll(async () => {
      site = await openSite(path!);
    }, 60_000);
    afterAll(() => site.close());
    afterEach(async () => {
      await Promise.all(site.context.pages().map((page) => page.close()));
      expect(site.faults.splice(0)).toEqual([]);
    });
    tests(() => site);
  });
}
