// The live section in a real browser, built as the page is, before a real server of the page and a run with a scripted engine.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ServedFacts } from "../../../src/plan/answer/index.ts";
import { scriptedServer, type ScriptedServer } from "../../../src/run/engine/testing/scripted-server.ts";
import { Claims, type Gateway, roomOf, startGateway } from "../../../src/run/gateway/index.ts";
import { jsonPage } from "../../../src/run/gateway/pages.ts";
import { browserHere, openBrowser } from "../../../src/run/gateway/testing/browser.ts";
import { oneModel } from "../../../src/run/gateway/testing/one-model.ts";
import type { NewReceipt, Receipt } from "../../../src/run/receipt/index.ts";
import { pageFiles, startWeb, type WebServer } from "../../../src/run/web/index.ts";

const path = browserHere();
const required = process.env["LOADOUT_REQUIRE_BROWSER"] === "1";

const SERVED: Pick<ServedFacts, "name" | "engine" | "because" | "state" | "memory" | "receipt"> = {
  name: "scripted <b>",
  engine: "the engine inside",
  because: "asked for",
  state: "loaded",
  receipt: 7,
  memory: [
    {
      place: "host",
      term: "weights",
      predictedBytes: 98_000_000,
      actualBytes: 98_000_000,
      residualBytes: 0,
      exact: true,
    },
    {
      place: "host",
      term: "kv",
      predictedBytes: 24 * 2 ** 20,
      actualBytes: 23 * 2 ** 20,
      residualBytes: 2 ** 20,
      exact: false,
    },
    { place: "host", term: "compute", predictedBytes: 5_000_000 },
  ],
};
const RECEIPT: NewReceipt = {
  machine: "m",
  engine: { name: "llama-server", version: "b1", build: "b1", backend: "cpu" },
  model: { name: "Tiny <i>", fileBytes: 1, quantization: "Q4_K_M" },
  settings: {} as NewReceipt["settings"],
  memory: [{ path: "host/kv", place: "host", term: "kv", predictedBytes: 24 * 2 ** 20, actualBytes: 23 * 2 ** 20 }],
  rates: [{ what: "decode", predictedPerSec: 11, measuredPerSec: 10, tokens: 100 }],
};

describe.skipIf(path === undefined && !required)(`the live section (${path ?? "no Chrome or Chromium here"})`, () => {
  let folder: string;
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  let context: BrowserContext;
  let engine: ScriptedServer;
  let gateway: Gateway;
  let web: WebServer;
  let claims: Claims;
  let receipts: Receipt[] = [];
  let receiptsAtMs = 1;
  const faults: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "loadout-live-"));
    await build({
      root: join(import.meta.dirname, "testing"),
      configFile: false,
      base: "./",
      logLevel: "warn",
      oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
      build: { outDir: join(folder, "page"), emptyOutDir: true },
    });
    browser = await openBrowser(path!);
    context = browser.context;
    claims = new Claims(join(folder, "runs"));
    engine = await scriptedServer({ model: SERVED.name });
    gateway = await startGateway({
      models: oneModel(engine.url, {}, SERVED.name),
      loadout: () => ({ kind: "serve", models: [SERVED] }),
    });
    web = await startWeb({
      port: 0,
      files: await pageFiles(join(folder, "page")),
      answers: new Map([["/api/receipts", async () => jsonPage({ receipts, calibrations: [] })]]),
      claims: new Claims(join(folder, "runs"), process.pid + 1),
      receiptsChangedAtMs: async () => receiptsAtMs,
      onFault: (fault) => faults.push(String(fault)),
    });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await web.close();
    await gateway.close();
    await engine.stop();
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    expect(faults.splice(0)).toEqual([]);
    await Promise.all(context.pages().map((page) => page.close()));
  });

  async function open(width = 1000): Promise<Page> {
    const page = await context.newPage();
    page.setDefaultTimeout(8000);
    await page.setViewportSize({ width, height: 900 });
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") faults.push(message.text());
    });
    await page.goto(web.url);
    return page;
  }
  const serve = () =>
    claims.write({
      startedAt: "2026-11-25T04:00:00.000Z",
      url: gateway.url,
      models: [SERVED.name],
      takes: roomOf([["host", 127_000_000]]),
    });

  it("shows a run when it begins: predicted beside actual, lanes, a chat; and receipts as they come", async () => {
    const page = await open();
    await page.getByText("Loadout serves nothing on this machine.").waitFor();
    await page.getByText("No receipts yet").waitFor();
    await serve();
    await page.getByText("One run serves scripted <b>.").waitFor();
    const terms = page.locator(".live-residuals tbody tr");
    expect((await terms.allInnerTexts()).map((text) => text.split(/\s*\t\s*/).at(-1))).toEqual(["exact", "+1 MiB", ""]);
    await page.getByText("loadout receipts 7").waitFor();

    const gate = Promise.withResolvers<void>();
    engine.next({
      steps: [{ reasoning: "Hm." }, { content: "Hello" }, { until: gate.promise }, { content: " <i>you</i>" }],
    });
    await page.getByRole("textbox", { name: "Message" }).fill("Hi there");
    await page.keyboard.press("Enter");
    const reply = page.locator("article.assistant");
    await reply.getByText("Hello").waitFor();
    // seen while it goes on: working, and tokens by the second
    await page.locator(".live-lanes tbody tr").first().getByRole("cell", { name: "1", exact: true }).waitFor();
    const height = await page.evaluate("document.documentElement.scrollHeight");
    gate.resolve();
    await reply.getByText("3 tokens").waitFor();
    expect(await reply.locator(".live-text").textContent()).toBe("Hello <i>you</i>");
    expect(await reply.locator(".live-thought").textContent()).toBe("Hm.");
    await page.getByTestId("interactive-answered").getByText("1").waitFor();
    // nothing below has moved
    expect(await page.evaluate("document.documentElement.scrollHeight")).toBe(height);

    engine.next({ refuse: { status: 400, type: "invalid_request_error", message: "no <b>" } });
    await page.getByRole("button", { name: "Answer again" }).click();
    await page.getByText("no <b>", { exact: true }).waitFor();
    faults.splice(0); // the browser notes the status

    receipts = [{ ...RECEIPT, id: 3, atMs: Date.parse("2026-11-25T04:00:00Z") }];
    receiptsAtMs += 1;
    const row = page.locator(".live-receipts tbody tr");
    await row.getByText("Tiny <i>").waitFor();
    expect(await row.innerText()).toMatch(/\+1 MiB at most\s+10(?:\.0)?, predicted \+10%/);

    await claims.write({ startedAt: "", url: "http://127.0.0.1:9", models: ["gone"], takes: roomOf([]) });
    await page.getByText("Not answering").waitFor();
  });

  it("reads well on a phone, by keyboard, in the dark, and by axe", async () => {
    await serve();
    const dark = await openBrowser(path!, { width: 360, height: 740, dark: true });
    try {
      const page = await dark.context.newPage();
      await page.goto(web.url);
      await page.getByText("One run serves").waitFor();
      const wide = await page.evaluate(
        `[...document.querySelectorAll("main *")]
          .filter((element) => element.getBoundingClientRect().right > innerWidth && !element.closest(".table"))
          .map((element) => element.outerHTML.slice(0, 80))`,
      );
      expect(wide).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
      await page.evaluate(await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
      const found = await page.evaluate("axe.run().then(({ violations }) => violations.map(({ id }) => id))");
      expect(found).toEqual([]);
      if (process.env["LOADOUT_SHOTS"])
        await page.screenshot({ path: join(process.env["LOADOUT_SHOTS"], "live-phone.png"), fullPage: true });
    } finally {
      await dark.close();
    }
    const page = await open();
    await page.getByText("One run serves").waitFor();
    if (process.env["LOADOUT_SHOTS"])
      await page.screenshot({ path: join(process.env["LOADOUT_SHOTS"], "live.png"), fullPage: true });
    const reached: string[] = [];
    for (let press = 0; press < 12; press++) {
      await page.keyboard.press("Tab");
      reached.push(
        await page.evaluate<string>(
          "document.activeElement.getAttribute('aria-label') ?? document.activeElement.tagName",
        ),
      );
    }
    expect(reached).toEqual(expect.arrayContaining(["SELECT", "Conversation", "Message"]));
  });
});
