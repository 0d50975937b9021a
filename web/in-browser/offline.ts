import { expect, it } from "vitest";
import type { Page } from "playwright-core";
import { openBrowser } from "../../src/run/gateway/testing/browser.ts";
import { answered, verdictOf, type Site } from "./site.ts";

/** When the page has had time to fetch what it may want later. */
async function kept(page: Page): Promise<void> {
  const names = await page.evaluate<string[]>("fetch('assets/all.json').then((response) => response.json())");
  const fetched = "performance.getEntriesByType('resource').map(({ name }) => name.split('/').at(-1))";
  await expect.poll(() => page.evaluate(fetched), { timeout: 15_000 }).toEqual(expect.arrayContaining(names));
}

/** Without a network, once the page is there. */
export function offline(site: () => Site): void {
  it("answers on when the network is gone", async () => {
    const page = await site().open("model=qwen3-8b&gpu=rtx-3090");
    await kept(page);
    await site().online(false);
    try {
      const seen = new Set([await verdictOf(page)]);
      for (const key of ["Home", "ArrowRight", "PageUp", "End"]) {
        await page.getByRole("slider", { name: "Context of each user" }).press(key);
        await answered(page);
        seen.add(await verdictOf(page));
      }
      await page.getByRole("slider", { name: "Users at the same time" }).press("PageUp");
      await page.locator("#kv-type").selectOption("q4_0");
      await page.locator("input[name=rig][value=memory]").check({ force: true });
      await page.locator("#model").fill("gemma 3 27b");
      await page.locator("#model ~ .list [role=option]").first().waitFor();
      await page.keyboard.press("Enter");
      await page.waitForURL(/vram=24GB/);
      await answered(page);
      seen.add(await verdictOf(page));
      await page.locator("input[name=rig][value=cards]").check({ force: true });
      // what was never opened before: sections below, other graphs, other fields
      for (const id of ["ladder", "cache", "frontier", "cards"]) {
        await page.locator(`#${id}`).scrollIntoViewIfNeeded();
        await page.locator(`#${id} :is(tbody tr, svg)`).first().waitFor();
      }
      await page.locator("form summary").click();
      await page.locator("#runtime").waitFor();
      await page.locator("#model").fill("jamba");
      await page.locator("#model ~ .list [role=option]").first().waitFor();
      await page.keyboard.press("Enter");
      await page.getByTestId("model-facts").getByText("Jamba").waitFor();
      await answered(page);
      expect(seen.size).toBeGreaterThan(3);
      expect(await page.locator("#verdict.problem-card").count()).toBe(0);
    } finally {
      await site().online(true);
    }
  });

  it("says so where a part was never loaded, and goes on when the network is back", async () => {
    // a browser that keeps nothing
    const fresh = await openBrowser(site().browserPath);
    try {
      const page = await fresh.context.newPage();
      await page.route("**/assets/all.json", (route) => route.abort());
      await page.goto(`${site().url}?model=qwen3-8b&gpu=rtx-3090`);
      await page.locator("#compare").waitFor();
      await answered(page);
      const search = page.locator("#model ~ .list");
      await site().online(false);
      try {
        await page.locator("#model").fill("jamba");
        await search.getByText("Nothing is called that.").waitFor();
        await page.keyboard.press("Escape");
        await page.getByRole("slider", { name: "Users at the same time" }).press("PageUp");
        await answered(page);
        expect(await page.locator("#verdict.problem-card").count()).toBe(0);
      } finally {
        await site().online(true);
      }
      await page.locator("#model").fill("jamba");
      await search.getByRole("option").first().waitFor();
      await page.keyboard.press("Enter");
      await page.getByTestId("model-facts").getByText("Jamba").waitFor();
    } finally {
      await fresh.close();
    }
  });
}
