import { expect, it } from "vitest";
import { answered, verdictOf, type Site } from "./site.ts";

const CLIPBOARD = "navigator.clipboard.readText()";

/** Taking an answer along: the command, and the address. */
export function copies(site: () => Site): void {
  it("copies the command that starts it, and the question as a command", async () => {
    const page = await site().open("model=qwen3-8b&gpu=rtx-3090&context=32k&kv-type=q8_0");
    await page.getByRole("button", { name: "Copy the launch command" }).click();
    await page.getByRole("status").getByText("copied").waitFor();
    const launch = await page.evaluate<string>(CLIPBOARD);
    expect(launch).toMatch(/^llama-server -m Qwen3-8B\S* -c 32768 .*-ctk q8_0/);
    expect((await page.getByTestId("the-launch-command").textContent())!.trim()).toBe(launch);
    await page.getByRole("button", { name: "Copy the question as a command" }).click();
    await expect
      .poll(() => page.evaluate(CLIPBOARD))
      .toBe("loadout fit qwen3-8b --gpu rtx-3090 --context 32k --kv-type q8_0");
  });

  it("an address that was sent asks the same, with what was kept beside it", async () => {
    const page = await site().open("model=qwen3-8b&gpu=rtx-3090");
    await page.getByRole("button", { name: "Keep this to compare" }).click();
    await page.getByRole("combobox", { name: "KV cache" }).selectOption("q8_0");
    await page.getByRole("slider", { name: "Users at the same time" }).press("End");
    await page.waitForURL(/users=256.*with=/);
    await answered(page);
    const other = await site().open(new URL(page.url()).search.slice(1));
    expect(await verdictOf(other)).toBe(await verdictOf(page));
    await other.locator(".compared dl").nth(1).waitFor();
    expect(await other.locator(".compared").innerText()).toBe(await page.locator(".compared").innerText());
  });

  it("goes back as fast as anybody presses", async () => {
    const page = await site().open("model=qwen3-8b&gpu=rtx-3090");
    const first = await verdictOf(page);
    for (const goal of ["mixed", "batch"]) {
      await page.locator(`input[name=goal][value=${goal}]`).check({ force: true });
      await page.waitForURL(new RegExp(`goal=${goal}`));
    }
    await page.evaluate("history.back()");
    await page.evaluate("history.back()");
    await page.waitForURL((url) => !url.search.includes("goal"));
    await answered(page);
    await page.waitForTimeout(500); // longer than it takes until a change is written into the address
    expect(page.url()).not.toContain("goal");
    expect(await verdictOf(page)).toBe(first);
    expect(await page.locator("input[name=goal][value=interactive]").isChecked()).toBe(true);
  });

  it("a wrong or strange address is answered in words", async () => {
    const page = await site().open("model=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E&gpu=rtx-3090&zzz=1&__proto__=2");
    await page.locator("#verdict.problem-card").waitFor();
    expect(await page.locator("#verdict img").count()).toBe(0);
    const nothing = await site().open("gpu=rtx-9999");
    await nothing.locator("#verdict.problem-card").getByText("rtx-9999").waitFor();
  });
}
