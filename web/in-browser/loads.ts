import { expect, it } from "vitest";
import { answered, shot, verdictOf, type Site } from "./site.ts";

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

  it("finds a model by words of its name, and a card", async () => {
    const page = await site().open("model=qwen3-8b&vram=24GB");
    await page.getByRole("combobox", { name: "Model" }).click();
    await page.keyboard.type("llama 70b");
    const first = page.getByRole("option").first();
    await first.getByText(/llama.*70B/i).waitFor();
    await shot(page, "search");
    await first.click();
    await answered(page);
    expect(page.url()).toMatch(/model=[\w.\/-]*llama-[\w.-]*70b/i);
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
