import { expect, it } from "vitest";
import { answered, shot, type Site } from "./site.ts";

/** What few change: every control becomes a flag of the command. */
export function fields(site: () => Site): void {
  it("asks for a draft, a disk, a backend and a system as the command line does", async () => {
    const page = await site().open("model=qwen3-32b&gpu=rtx-4090");
    await page.locator("form summary").click();
    const write = async (label: string, words: string) => {
      const field = page.getByLabel(label, { exact: true });
      await field.fill(words);
      await field.press("Tab");
    };
    await write("Guesses ahead", "qwen3-0.6b");
    await write("Guesses in a row", "8");
    await write("Chance of each", "0.8");
    await write("Disk", "3GB/s");
    await page.getByRole("combobox", { name: "Backend" }).selectOption("vulkan");
    await page.getByRole("combobox", { name: "System" }).selectOption("windows");
    await page.waitForURL(/acceptance=0\.8/);
    await answered(page);
    expect(await page.getByTestId("the-question-as-a-command").textContent()).toBe(
      "loadout fit qwen3-32b --gpu rtx-4090 --backend vulkan --os windows --disk 3GB/s --draft qwen3-0.6b --draft-tokens 8 --acceptance 0.8",
    );
    expect(await page.locator("#verdict.problem-card").count()).toBe(0);
    await page.locator("#draft").scrollIntoViewIfNeeded();
    await shot(page, "fields");
    // another rig keeps nothing of this one's
    await page.locator("input[name=rig][value=memory]").check({ force: true });
    await page.waitForURL((url) => !/backend|os=/.test(url.search));
  });
}
