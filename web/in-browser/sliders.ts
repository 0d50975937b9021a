import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { answered, shot, verdictOf, type Site } from "./site.ts";

/** Places a pointer stops at on its way from one end of a slider to the other and back, as shares of its length. */
const STOPS = [0.02, 0.25, 0.5, 0.75, 0.98, 0.8, 0.6, 0.4];
/** Names of what can be dragged, and what the address calls it. */
const SLIDERS = ["Context of each user", "Users at the same time", "Prompt, tokens", "Of it in a cache"] as const;
const FLAGS = ["context", "users", "prompt", "cached"] as const;

/** Where everything stands that is in sight: controls of the form, headings, sections, figures. */
const PLACES = `Object.fromEntries(
  [...document.querySelectorAll("form :is(input, select, summary), h1, main section, main h2, .place, .figures > div, .way")]
    .map((element, at) => [at + element.id, element.getBoundingClientRect()])
    .filter(([, { top, bottom, width }]) => width > 1 && bottom > 0 && top < innerHeight)
    .map(([name, { left, top, width }]) => [name, [left, top, width].map(Math.round).join()]))`;

const placesOf = (page: Page) => page.evaluate<Readonly<Record<string, string>>>(PLACES);

/** Drags with the pointer; `seen` after each stop. Gives what the slider said at each. */
async function drag(page: Page, name: string, seen: () => Promise<void>): Promise<string[]> {
  const slider = page.getByRole("slider", { name });
  await slider.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await slider.boundingBox())!;
  const said: string[] = [];
  const at = (share: number) => page.mouse.move(x + share * width, y + height / 2, { steps: 2 });
  // a thumb is taken hold of where it is, or the track is pressed: both are a drag
  await at(STOPS[0]!);
  await page.mouse.down();
  for (const stop of STOPS) {
    await at(stop);
    await seen();
    said.push((await slider.getAttribute("aria-valuetext")) ?? "");
  }
  await page.mouse.up();
  return said;
}

export function sliders(site: () => Site): void {
  it.each([
    [1280, 900],
    [360, 740],
  ])(
    "%i pixels wide, each is dragged, is answered, and nothing around it moves",
    async (width, height) => {
      const page = await site().open("model=qwen3.6-27b&gpu=rtx-3090&prompt=2k", { width, height });
      await page.getByRole("slider", { name: "Prompt, tokens" }).waitFor();
      await answered(page);
      for (const [at, name] of SLIDERS.entries()) {
        await page.getByRole("slider", { name }).scrollIntoViewIfNeeded();
        const before = await placesOf(page);
        const said = await drag(page, name, async () => expect(await placesOf(page)).toEqual(before));
        expect(new Set(said).size).toBeGreaterThan(5);
        const flag = FLAGS[at]!;
        await page.waitForURL((url) => url.searchParams.get(flag) === said.at(-1));
        await answered(page);
        expect(await placesOf(page)).toEqual(before);
      }
      await shot(page, `dragged-${width}`);
      // what is shown is what the address asks, not an answer from on the way
      const shown = await verdictOf(page);
      await page.reload();
      await answered(page);
      expect(await verdictOf(page)).toBe(shown);
    },
    60_000,
  );

  it("moves nothing at amounts as wide as they get", async () => {
    // a buffer of "1001 MiB", where the rest are "92 MiB" and "1.2 GiB"
    const page = await site().open("model=qwen3.6-27b&gpu=rtx-3090");
    const slider = page.getByRole("slider", { name: "Context of each user" });
    const before = await placesOf(page);
    for (let step = 32, end = 36; step <= end; step += 1) {
      await slider.fill(String(step));
      await answered(page);
      expect(await placesOf(page)).toEqual(before);
    }
  });

  it("takes what is typed beside it, refuses what is none, and lets the plan choose again", async () => {
    const page = await site().open("model=qwen3-8b&vram=24GB");
    const typed = page.getByLabel("Context of each user, typed");
    await typed.fill("20000");
    await typed.press("Enter");
    await page.waitForURL(/context=20000/);
    await typed.fill("lots");
    await typed.press("Enter");
    await page.locator("#verdict.problem-card").getByText("lots").waitFor();
    await page.getByRole("button", { name: "Context of each user: let it choose" }).click();
    await answered(page);
    await page.waitForURL((url) => !url.search.includes("context"));
  });
}
