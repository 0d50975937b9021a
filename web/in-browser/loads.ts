import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { openBrowser } from "../../src/run/gateway/testing/browser.ts";
import { answered, shot, verdictOf, type Site } from "./site.ts";

const PAGE_SIZE = join(import.meta.dirname, "../../tools/page-size.ts");

/** Opening the page, and finding a model and a card. */
export function loads(site: () => Site): void {
  it("answers a first question without being asked, and says so in its address", async () => {
    const page = await site().open();
    expect(await verdictOf(page)).toMatch(/^(?:fits|tight|does not fit) /);
    await page.waitForURL(/\?model=.*&gpu=/);
    // what stands below is loaded behind it
    for (const id of ["memory", "pace", "launch", "settings", "ladder", "cache", "frontier", "cards", "compare"])
      await page.locator(`#${id} h2`).waitFor();
    for (const id of ["ladder", "cache", "frontier", "cards"]) {
      await page.locator(`#${id}`).scrollIntoViewIfNeeded();
      await page.locator(`#${id} :is(tbody tr, svg)`).first().waitFor();
    }
    await answered(page);
    await shot(page, "first", true);
  });

  it("needs nothing for its first answer but what is counted as its first load", async () => {
    const counted = await promisify(execFile)(process.execPath, [PAGE_SIZE, site().folder]);
    const names = [...counted.stdout.matchAll(/^ *\d+ {2}\w+ {2}(\S+)$/gm)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(5);
    const fresh = await openBrowser(site().browserPath);
    try {
      await fresh.context.route("**/assets/*", (route) =>
        names.includes(route.request().url().split("/").at(-1)!) ? route.continue() : route.abort(),
      );
      const page = await fresh.context.newPage();
      await page.goto(site().url);
      await page.locator('#verdict[aria-busy="false"] h2').waitFor();
      await page.locator("#verdict .figures").waitFor();
    } finally {
      await fresh.close();
    }
  });

  it("finds a model by words of its name, and a card", async () => {
    const page = await site().open("model=qwen3-8b&vram=24GB");
    await page.getByRole("combobox", { name: "Model" }).click();
    await page.keyboard.type("llama 70b");
    const first = page.getByRole("option").first();
    await first.getByText(/llama.*70B/i).waitFor();
    await shot(page, "search");
    await first.click();
    await answered(page);
    expect(page.url()).toMatch(/model=[\w./-]*llama-[\w.-]*70b/i);
    await page
      .getByTestId("model-facts")
      .getByText(/Llama.*70B/i)
      .waitFor();

    await page.locator("input[name=rig][value=cards]").check();
    await page.getByRole("combobox", { name: "Add a card" }).fill("mi300x");
    await page
      .getByRole("option")
      .first()
      .getByText(/MI300X/)
      .waitFor();
    await page.keyboard.press("Enter");
    await page
      .getByRole("list", { name: "Cards in this rig" })
      .getByText(/^instinct-mi300x$/)
      .waitFor();
    expect(page.url()).toContain("gpu=rtx-3090&gpu=");
    await page.getByRole("combobox", { name: "Model" }).fill("no such model");
    await page.getByText("Nothing is called that.").waitFor();
  });

  it("offers what would fit where it does not", async () => {
    const page = await site().open("model=qwen3-8b&vram=8GB&quant=Q8_0&gpu-layers=all&context=32k");
    expect(await verdictOf(page)).toMatch(/^does not fit/);
    await shot(page, "does-not-fit");
    await page.getByTestId("way").click();
    await answered(page);
    expect(await verdictOf(page)).toMatch(/^(?:fits|tight)/);
    await page.goBack();
    await answered(page);
    expect(await verdictOf(page)).toMatch(/^does not fit/);
  });
}
