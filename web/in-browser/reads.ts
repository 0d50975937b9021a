import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { answered, shot, type Site } from "./site.ts";

const PHONE = { width: 360, height: 740 };
const FITS = "model=qwen3.6-27b&gpu=rtx-3090&prompt=2k";
const STATES = {
  fits: FITS,
  "does not fit": "model=llama-3.3-70b:Q8_0&vram=8GB&gpu-layers=all&context=32k",
  refused: "model=no-such-model&vram=24GB",
  compared: `${FITS}&with=${encodeURIComponent("model=qwen3-8b&vram=24GB")}&with=${encodeURIComponent("model=gpt-oss-20b&vram=16GB")}`,
} as const;

/** What sticks out of the page, but for what is scrolled in a place of its own. */
const OUTSIDE = `[...document.querySelectorAll("#page *")]
  .filter((element) => {
    const { right, width } = element.getBoundingClientRect();
    return width > 1 && right > innerWidth + 0.5 && !element.closest(".table, .figure");
  })
  .map((element) => element.outerHTML.slice(0, 100))`;
/** What is wider than the place that shows it: on paper nobody scrolls. */
const CUT = `[...document.querySelectorAll("#page *")]
  .filter((element) => {
    const { overflowX } = getComputedStyle(element);
    return overflowX !== "visible" && element.clientWidth > 1 && element.scrollWidth > element.clientWidth + 1;
  })
  .map((element) => element.outerHTML.slice(0, 100) + " " + element.scrollWidth + " in " + element.clientWidth)`;
const OPEN_ALL = "document.querySelectorAll('details').forEach((details) => (details.open = true))";
const AXE = `axe.run().then(({ violations }) => violations
  .filter(({ impact }) => impact === "serious" || impact === "critical")
  .map(({ id, nodes }) => id + ": " + nodes.slice(0, 3).map(({ html }) => html.slice(0, 140)).join(" | ")))`;

async function below(page: Page): Promise<void> {
  for (const id of ["ladder", "cache", "frontier", "cards", "compare"]) {
    const section = page.locator(`#${id}`);
    if ((await section.count()) === 0) continue;
    await section.scrollIntoViewIfNeeded();
    if (id !== "compare") await page.locator(`#${id}[aria-busy="false"]`).waitFor();
  }
}

/** Light and dark, wide and small, on paper, and for those who hear it. */
export function reads(site: () => Site): void {
  it.each(Object.entries(STATES))(
    "no serious finding of axe: %s, everything open, light and dark, wide and on a phone",
    async (name, query) => {
      const page = await site().open(query);
      await below(page);
      await page.evaluate(OPEN_ALL);
      await page.evaluate(await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        for (const size of [{ width: 1280, height: 900 }, PHONE]) {
          // two of the four views are enough: what differs between them is colour in one and place in the other
          if ((size === PHONE) === (colorScheme === "light")) continue;
          await page.setViewportSize(size);
          expect(await page.evaluate(AXE)).toEqual([]);
          await shot(page, `${name.replaceAll(" ", "-")}-${colorScheme}-${size.width}`, true);
        }
      }
    },
    60_000,
  );

  it("stands inside 360 pixels", async () => {
    for (const query of Object.values(STATES)) {
      const page = await site().open(query, PHONE);
      await below(page);
      await page.evaluate(OPEN_ALL);
      expect(await page.evaluate(OUTSIDE)).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
      // a finger finds what it is meant to press
      const small = await page.evaluate(
        `[...document.querySelectorAll("form :is(select, input:not(.unseen, [type=radio])), form label:has(input), .copy")]
          .filter((element) => element.getBoundingClientRect().height < 24)
          .map((element) => element.outerHTML.slice(0, 80))`,
      );
      expect(small).toEqual([]);
      await page.close();
    }
  });

  it("is printed whole", async () => {
    const page = await site().open(STATES.compared, { width: 718, height: 1000 });
    await below(page);
    await page.emulateMedia({ media: "print", colorScheme: "light" });
    expect(await page.evaluate(CUT)).toEqual([]);
    expect(await page.evaluate(OUTSIDE)).toEqual([]);
    for (const hidden of [".question", ".glance", ".copy", ".skip"])
      expect(await page.locator(hidden).first().isVisible(), hidden).toBe(false);
    // which question it was stands on the paper
    expect(await page.getByTestId("the-question-as-a-command").isVisible()).toBe(true);
    await shot(page, "print", true);
    const pdf = await page.pdf({ format: "A4", printBackground: true });
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    expect(pages).toBeGreaterThan(1);
    expect(pages).toBeLessThan(12);
  });

  it("follows what the system wants: dark, and no motion", async () => {
    const page = await site().open(FITS);
    const paper = () => page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    const light = await paper();
    await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
    await answered(page);
    expect(await paper()).not.toBe(light);
    expect(await page.evaluate("getComputedStyle(document.documentElement).scrollBehavior")).toBe("auto");
  });
}
