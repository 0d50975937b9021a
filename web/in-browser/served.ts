import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Claims } from "../../src/run/gateway/index.ts";
import { jsonPage } from "../../src/run/gateway/pages.ts";
import { openBrowser } from "../../src/run/gateway/testing/browser.ts";
import { pageFiles, startWeb } from "../../src/run/web/index.ts";
import { openAsker } from "../../tools/guide/ask.ts";
import { answered, verdictOf, type Site } from "./site.ts";

/** The same files behind `loadout web`, which knows the machine it is on. */
export function served(site: () => Site): void {
  it("is about this machine where a server knows it, and about another as a site is", async () => {
    const home = await mkdtemp(join(tmpdir(), "loadout-served-"));
    const asker = await openAsker();
    const { rig } = await asker.answer("fit", "loadout fit qwen3-8b --gpu rtx-4090 --ram 64GB");
    const other = await asker.answer("fit", "loadout fit qwen3-8b --gpu rtx-3090");
    await asker.close();
    const faults: unknown[] = [];
    const web = await startWeb({
      port: 0,
      files: await pageFiles(site().folder),
      answers: new Map([
        ["/api/rig", async () => jsonPage({ machine: "this one", rig })],
        ["/api/receipts", async () => jsonPage({ receipts: [], calibrations: [] })],
      ]),
      claims: new Claims(join(home, "runs")),
      onFault: (fault) => faults.push(fault),
    });
    const browser = await openBrowser(site().browserPath, { width: 1280, height: 900 });
    try {
      const page = await browser.context.newPage();
      page.on("pageerror", (error) => faults.push(error.message));
      await page.goto(`${web.url}/?model=qwen3-8b`);
      await answered(page);
      expect(await page.locator("input[name=rig][value=here]").isChecked()).toBe(true);
      await page.locator("#memory").getByText("GeForce RTX 4090").first().waitFor();
      // nothing of a rig gets into the address: what was sent to a friend is about the friend's machine
      expect(new URL(page.url()).search).toBe("?model=qwen3-8b");
      await page.getByText("Loadout serves nothing on this machine.").waitFor();

      await page.locator("input[name=rig][value=cards]").check({ force: true });
      await page.waitForURL(/gpu=rtx-3090/);
      await answered(page);
      expect(await verdictOf(page)).toContain(other.verdict.now.verdict);
      await page.locator("#memory").getByText("GeForce RTX 3090").first().waitFor();
      expect(faults).toEqual([]);
    } finally {
      await browser.close();
      await web.close();
      await rm(home, { recursive: true, force: true });
    }
  });
}
