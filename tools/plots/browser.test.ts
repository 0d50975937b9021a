import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { browserHere, openBrowser } from "../../src/run/gateway/testing/browser.ts";
import { LOCAL_LLM_SETUP } from "./local-llm-setup/index.ts";

const path = browserHere();
const required = process.env["LOADOUT_REQUIRE_BROWSER"] === "1";
const FOLDER = join(import.meta.dirname, "../..", LOCAL_LLM_SETUP.folder);

interface Seen {
  readonly lines: number;
  readonly outside: readonly string[];
  readonly clashes: readonly string[];
  readonly paper: string;
}

/** Runs in the page: where its own fonts put every line. Letters leave a few pixels of their box empty. */
const LOOK = `(() => {
  const lines = [...document.querySelectorAll("svg g[aria-hidden] text")].map((line) => ({
    text: line.textContent,
    box: line.getBoundingClientRect(),
  }));
  const frame = document.querySelector("svg").getBoundingClientRect();
  const clash = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top + 3 < b.bottom - 3 && b.top + 3 < a.bottom - 3;
  return {
    lines: lines.length,
    outside: lines.filter(({ box }) => box.left < 0 || box.right > 640 || box.bottom > frame.bottom).map(({ text }) => text),
    clashes: lines.flatMap((one, index) =>
      lines.slice(0, index).filter((other) => clash(one.box, other.box)).map((other) => one.text + " / " + other.text)),
    paper: getComputedStyle(document.querySelector("svg > rect")).fill,
  };
})()`;

describe.skipIf(path === undefined && !required)(
  `charts in a browser (${path ?? "no Chrome or Chromium here"})`,
  () => {
    test.each([
      { dark: false, paper: "rgb(255, 255, 255)" },
      { dark: true, paper: "rgb(20, 23, 26)" },
    ])("every text inside, none over another, at 640 px: dark $dark", async ({ dark, paper }) => {
      const { context, close } = await openBrowser(path!, { width: 640, height: 900, dark });
      try {
        const page = await context.newPage();
        for (const name of Object.keys(LOCAL_LLM_SETUP.plots)) {
          const svg = readFileSync(join(FOLDER, `${name}.svg`), "utf8");
          await page.setContent(`<!doctype html><body style="margin:0">${svg}</body>`);
          const { lines, ...seen } = await page.evaluate<Seen>(LOOK);
          expect(seen, name).toEqual({ outside: [], clashes: [], paper });
          expect(lines).toBeGreaterThan(10);
          const spoken = await page.locator("svg").ariaSnapshot();
          expect(spoken).toMatch(/figure ".+columnheader ".+rowheader "/s);
        }
      } finally {
        await close();
      }
    });
  },
);
