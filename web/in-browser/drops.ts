import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openAsker } from "../../tools/guide/ask.ts";
import { drop } from "./drop.ts";
import { smallGguf, writeDamaged, writeLargeGguf, writeRepository } from "./files.ts";
import { answered, shot, verdictOf, type Site } from "./site.ts";

/** Files of a model, dropped and chosen. */
export function drops(site: () => Site): void {
  const folderOf = (name: string) => {
    const folder = join(site().folder, "..", name);
    mkdirSync(folder, { recursive: true });
    return folder;
  };

  it("a dropped GGUF file is asked about, its header read and nothing sent", async () => {
    const path = join(folderOf("large"), "large.gguf");
    writeLargeGguf(path);
    const page = await site().open("model=qwen3-8b&vram=24GB&quant=Q8_0");
    await drop(page, [path]);
    await page.getByTestId("model-facts").getByText("Large header").waitFor();
    await answered(page);
    expect(page.url()).toContain("model=file:large.gguf&vram=24GB");
    expect(await page.getByTestId("the-question-as-a-command").textContent()).toBe(
      "loadout fit ./large.gguf --vram 24GB",
    );
    await shot(page, "dropped");
    const asker = await openAsker();
    try {
      const there = await asker.answer("fit", `loadout fit ${path} --vram 24GB`);
      expect(await verdictOf(page)).toContain(there.verdict.now.verdict);
      expect(await page.locator("#settings").textContent()).toContain(there.decisions[0]!.because);
      await page.getByRole("slider", { name: "Users at the same time" }).press("ArrowRight");
      await page.waitForURL(/users=2/);
      // a page that is opened anew has no such file any more, and says so
      await page.reload();
      await page.locator("#verdict.problem-card").getByText("large.gguf").waitFor();
    } finally {
      await asker.close();
    }
  }, 60_000);

  it("files that were chosen: GGUF, safetensors with their configuration, a configuration alone", async () => {
    const folder = folderOf("chosen");
    const gguf = join(folder, "small.gguf");
    writeFileSync(gguf, smallGguf());
    const repository = writeRepository(folder);
    const page = await site().open("model=qwen3-8b&vram=24GB");
    for (const [files, name] of [
      [[gguf], "small.gguf"],
      [repository, "config.json"],
      [repository.slice(0, 1), "config.json"],
    ] as const) {
      const chosen = page.waitForEvent("filechooser");
      await page.getByRole("button", { name: /^Open or drop a file/ }).click();
      await (await chosen).setFiles([...files]);
      await page.waitForURL((url) => url.searchParams.get("model") === `file:${name}`);
      await answered(page);
      expect(await page.locator("#verdict.problem-card").count(), name).toBe(0);
      await page.getByRole("combobox", { name: "Model" }).fill("qwen3-8b");
      await page.keyboard.press("Enter");
      await page.waitForURL((url) => !url.search.includes("file:"));
    }
  });

  it("a damaged file is refused as on the command line", async () => {
    const damaged = writeDamaged(folderOf("damaged"));
    const asker = await openAsker();
    const page = await site().open("model=qwen3-8b&vram=24GB");
    try {
      for (const { path, blamed } of damaged) {
        const there = await asker.document(`loadout fit ${path} --vram 24GB`);
        await drop(page, [path]);
        const alert = page.getByRole("alert").filter({ hasText: blamed });
        await alert.waitFor();
        expect(there, path).toMatchObject({ error: { code: await alert.getAttribute("data-code") } });
      }
      await shot(page, "damaged");
      // the question stands as it stood, and what is dropped next may be good
      await answered(page);
      expect(page.url()).toContain("model=qwen3-8b");
      const good = join(folderOf("good"), "small.gguf");
      writeFileSync(good, smallGguf());
      await drop(page, [good]);
      await page.waitForURL(/file:small\.gguf/);
      expect(await page.getByRole("alert").count()).toBe(0);
    } finally {
      await asker.close();
    }
  });
}
