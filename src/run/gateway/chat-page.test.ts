import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { BrowserContext, Page } from "playwright-core";
import { scriptedServer, type ScriptedServer } from "../engine/testing/scripted-server.ts";
import { chatPages } from "./chat-page.ts";
import { startGateway } from "./gateway.ts";
import type { Gateway, GatewayKey } from "./options.ts";
import { browserHere, openBrowser } from "./testing/browser.ts";
import { oneModel } from "./testing/one-model.ts";

const path = browserHere();
const required = process.env["LOADOUT_REQUIRE_BROWSER"] === "1";

describe.skipIf(path === undefined && !required)(`the chat page (${path ?? "no Chrome or Chromium here"})`, () => {
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  let context: BrowserContext;
  let engine: ScriptedServer;
  let gateway: Gateway;
  const faults: string[] = [];

  beforeAll(async () => {
    browser = await openBrowser(path!);
    context = browser.context;
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    expect(faults.splice(0)).toEqual([]);
    await gateway.close();
    await engine.stop();
  });

  async function open(keys: readonly GatewayKey[] = []): Promise<Page> {
    engine = await scriptedServer({ model: "scripted" });
    gateway = await startGateway({ models: oneModel(engine.url, {}, "scripted"), pages: await chatPages(), keys });
    const page = await context.newPage();
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error" && !message.text().includes("401")) faults.push(message.text());
    });
    await page.goto(gateway.url);
    return page;
  }

  it("talks: streams a reply, says its figures, answers again", async () => {
    const page = await open();
    const gate = Promise.withResolvers<void>();
    engine.next({
      steps: [{ reasoning: "Hm." }, { content: "Hello" }, { until: gate.promise }, { content: " <b>you</b>" }],
    });
    engine.next({ steps: [{ content: "Once more" }] });
    await page.getByLabel("Model").selectOption("scripted");
    await page.getByRole("textbox", { name: "Message" }).fill("Hi there");
    await page.keyboard.press("Enter");
    const reply = page.locator("article.assistant");
    await reply.getByText("Hello").waitFor();
    expect(await page.getByRole("button", { name: "Stop" }).isVisible()).toBe(true);
    gate.resolve();
    await reply.getByText("3 tokens").waitFor();
    expect(await reply.locator(".body").textContent()).toBe("Hello <b>you</b>");
    expect(await reply.locator(".thoughts").textContent()).toBe("Hm.");
    await page.getByRole("button", { name: "Answer again" }).click();
    await reply.getByText("Once more").waitFor();
    expect(await reply.count()).toBe(1);
    expect(engine.requests.at(-1)!.body).toMatchObject({ seed: 1, messages: [{ role: "user", content: "Hi there" }] });
    await page.close();
  });

  it("stops at Escape, and the engine is left", async () => {
    const page = await open();
    engine.next({ steps: [{ content: "One" }, { until: new Promise(() => {}) }] });
    await page.getByRole("textbox", { name: "Message" }).fill("Hi");
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText("One").waitFor();
    await page.keyboard.press("Escape");
    await page.getByText("stopped").waitFor();
    await engine.until(({ requests }) => requests.at(-1)!.state === "abandoned");
    await page.close();
  });

  it("asks for a key where one is wanted, and says what is refused", async () => {
    const page = await open([{ secret: "sesame", name: "me" }]);
    await page.getByLabel("This server wants a key").fill("sesame");
    await page.getByRole("button", { name: "Use it" }).click();
    await page.getByText("scripted").first().waitFor({ state: "attached" });
    engine.next({ refuse: { status: 400, type: "exceed_context_size_error", message: "too long by far" } });
    await page.getByRole("textbox", { name: "Message" }).fill("Hi");
    await page.keyboard.press("Enter");
    await page.getByRole("status").getByText("too long by far").waitFor();
    // the browser reports the refused request itself
    expect(faults.splice(0)).toEqual([expect.stringContaining("400")]);
    await page.close();
  });
});
