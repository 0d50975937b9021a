import { expect, it } from "vitest";
import { answered, verdictOf, type Site } from "./site.ts";

/** Without a network, once the page is there. */
export function offline(site: () => Site): void {
  it("answers on when the network is gone", async () => {
    const page = await site().open("model=qwen3-8b&gpu=rtx-3090");
    await page.locator("#compare").waitFor();
    const { context } = site();
    await context.setOffline(true);
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
      await page.getByRole("option").first().waitFor();
      await page.keyboard.press("Enter");
      await page.waitForURL(/vram=24GB/);
      await answered(page);
      seen.add(await verdictOf(page));
      expect(seen.size).toBeGreaterThan(3);
      expect(await page.locator("#verdict.problem-card").count()).toBe(0);
    } finally {
      await context.setOffline(false);
    }
  });

  it("says what is missing where a part was not loaded, and goes on when the network is back", async () => {
    const page = await site().open("model=qwen3-8b&gpu=rtx-3090");
    await page.locator("#compare").waitFor();
    const { context, faults } = site();
    await context.setOffline(true);
    try {
      // a graph that is loaded when a model of its kind is asked about
      await page.locator("#model").fill("jamba");
      await page.getByRole("option").first().waitFor();
      await page.keyboard.press("Enter");
      await page.locator("#verdict.problem-card").waitFor();
      await page.goBack();
      await answered(page);
      expect(await page.locator("#verdict.problem-card").count()).toBe(0);
    } finally {
      await context.setOffline(false);
    }
    faults.splice(0); // the browser notes what it could not load
    await page.goForward();
    await answered(page);
    expect(await page.locator("#verdict.problem-card").count()).toBe(0);
  });
}
