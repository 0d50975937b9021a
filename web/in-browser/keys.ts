import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { answered, verdictOf, type Site } from "./site.ts";

/** What has the focus: its role by its element, its name, and whether it can be seen that it has it. */
const FOCUSED = `(() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const { outlineStyle, boxShadow } = getComputedStyle(element);
  const label = element.labels?.[0]?.textContent ?? element.getAttribute("aria-label") ?? element.textContent;
  const marked = outlineStyle !== "none" || boxShadow !== "none" || (element.type === "radio" && element.matches(":focus-visible"));
  return { is: element.tagName.toLowerCase(), id: element.id, name: label.trim().slice(0, 60), marked };
})()`;

interface Focused {
  readonly is: string;
  readonly id: string;
  readonly name: string;
  readonly marked: boolean;
}

const focused = (page: Page) => page.evaluate<Focused | null>(FOCUSED);

/** Presses Tab until what is meant has the focus. */
async function tabTo(page: Page, meant: (focus: Focused) => boolean): Promise<Focused> {
  for (let press = 0; press < 200; press += 1) {
    await page.keyboard.press("Tab");
    const focus = await focused(page);
    if (focus !== null && meant(focus)) return focus;
  }
  throw new Error("Tab does not lead there");
}

/** Everything by keys alone. */
export function keys(site: () => Site): void {
  it("asks, changes, opens and copies without a pointer", async () => {
    const page = await site().open("model=qwen3-8b&gpu=rtx-3090");
    await page.keyboard.press("Tab");
    expect(await focused(page)).toMatchObject({ name: "To the answer" });
    await tabTo(page, ({ id }) => id === "model");
    await page.keyboard.type("gemma 3 12");
    await page.getByRole("option").first().waitFor();
    await page.keyboard.press("ArrowDown");
    expect(await page.locator("#model").getAttribute("aria-activedescendant")).not.toBeNull();
    await page.keyboard.press("Enter");
    await page.waitForURL(/gemma/i);

    // one step to the goals, arrows between them
    await tabTo(page, ({ name }) => name === "interactive");
    await page.keyboard.press("ArrowRight");
    await page.waitForURL(/goal=/);
    await tabTo(page, ({ id }) => id === "context");
    for (const key of ["Home", "ArrowRight", "ArrowRight", "PageUp"]) await page.keyboard.press(key);
    await page.waitForURL(/context=/);
    const said = await page.locator("#context").getAttribute("aria-valuetext");
    expect(new URL(page.url()).searchParams.get("context")).toBe(said);
    await tabTo(page, ({ id }) => id === "kv-type");
    await page.keyboard.type("q8");
    await page.waitForURL(/kv-type=q8_0/);
    await answered(page);
    // said once it is calm, in the words that are shown
    const spoken = page.getByTestId("spoken");
    await spoken.getByText((await verdictOf(page)).split(" ")[0]!, { exact: false }).waitFor({ state: "attached" });
    await expect.poll(() => spoken.textContent()).toMatch(/^Gemma 3 12B.*decodes/);

    await tabTo(page, ({ is, name }) => is === "summary" && name.startsWith("weights"));
    await page.keyboard.press("Enter");
    await page.locator("#memory details[open] .working").first().waitFor();
    await tabTo(page, ({ name }) => name === "Copy the launch command");
    await page.keyboard.press("Enter");
    await page.getByRole("status").getByText("copied").waitFor();
    expect(await page.evaluate("navigator.clipboard.readText()")).toMatch(/^llama-server /);
  });

  it("reaches everything in order, shows where it is, and is held nowhere", async () => {
    const page = await site().open("model=qwen3-8b&gpu=rtx-3090&prompt=2k");
    await page.locator("#compare").waitFor();
    const order: Focused[] = [];
    for (let press = 0; press < 250; press += 1) {
      await page.keyboard.press("Tab");
      const focus = await focused(page);
      if (focus === null) break;
      order.push(focus);
    }
    expect(order.length).toBeLessThan(250);
    expect(order.filter(({ marked }) => !marked)).toEqual([]);
    expect(order.filter(({ name }) => name === "")).toEqual([]);
    const at = (id: string) => order.findIndex((focus) => focus.id === id);
    const fields = ["model", "add-card", "ram", "context", "users", "quant", "kv-type", "prompt", "cached", "runtime"];
    const places = fields.map(at);
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(order.findLastIndex(({ name }) => name === "Keep this to compare")).toBeGreaterThan(places.at(-1)!);
  });

  it("leaves a list at Escape with what was asked", async () => {
    const page = await site().open("model=qwen3-8b&gpu=rtx-3090");
    await page.locator("#model").focus();
    await page.keyboard.type("llama");
    await page.getByRole("listbox", { name: "Model" }).waitFor();
    await page.keyboard.press("Escape");
    expect(await page.locator("#model").inputValue()).toBe("qwen3-8b");
    expect(await page.locator("#model").getAttribute("aria-expanded")).toBe("false");
    expect(page.url()).toContain("model=qwen3-8b");
  });
}
