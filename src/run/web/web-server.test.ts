// The page's server over real HTTP: what it serves, what it refuses, what it tells while it is watched.
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { scriptedServer, type ScriptedServer } from "../engine/testing/scripted-server.ts";
import { Claims, type Gateway, roomOf, startGateway } from "../gateway/index.ts";
import { ask, sendRaw } from "../gateway/testing/ask.ts";
import { oneModel } from "../gateway/testing/one-model.ts";
import { jsonPage } from "../gateway/pages.ts";
import { pageFiles } from "./page-files.ts";
import { startWeb, type WebServer } from "./web-server.ts";

let folder: string;
let web: WebServer;
const faults: unknown[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "loadout-web-"));
  const page = join(folder, "page");
  await mkdir(join(page, "assets"), { recursive: true });
  await writeFile(join(folder, "secret.json"), "{}");
  await writeFile(join(page, "index.html"), "<!doctype html><title>page</title>");
  await writeFile(join(page, "assets", "index-Da9sGnYC.js"), "1");
  await writeFile(join(page, "assets", "notes.md"), "not served");
  await symlink(join(folder, "secret.json"), join(page, "link.json"));
  web = await startWeb({
    port: 0,
    files: await pageFiles(page),
    answers: new Map([
      ["/api/rig", async (query: URLSearchParams) => jsonPage({ asked: query.get("model") })],
      ["/api/broken", async () => Promise.reject(new Error("a fault of ours"))],
    ]),
    claims: new Claims(join(folder, "runs"), process.pid + 1),
    onFault: (fault) => faults.push(fault),
  });
});
afterAll(async () => {
  await web.close();
  await rm(folder, { recursive: true, force: true });
});

const get = (path: string, headers: Record<string, string> = {}, method = "GET") =>
  ask(web.port, { path, headers, method });

describe("what it serves", () => {
  it("gives the page at / and by its name, with a policy that lets nothing else in", async () => {
    for (const path of ["/", "/index.html", "/?model=qwen3-8b&gpu=rtx-3090"]) {
      const { status, headers, text } = await get(path);
      expect([status, headers["content-type"], text.includes("page")]).toEqual([200, "text/html; charset=utf-8", true]);
      expect(headers["content-security-policy"]).toContain("default-src 'none'; script-src 'self'");
      expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
      expect(headers["cache-control"]).toBe("no-cache");
      expect(headers["access-control-allow-origin"]).toBeUndefined();
    }
    expect((await get("/assets/index-Da9sGnYC.js")).headers["cache-control"]).toContain("immutable");
    expect((await get("/", {}, "HEAD")).text).toBe("");
  });

  it("answers questions, and says typed errors", async () => {
    expect(JSON.parse((await get("/api/rig?model=a%20b")).text)).toEqual({ asked: "a b" });
    const none = await get("/api/nothing");
    expect([none.status, JSON.parse(none.text)]).toMatchObject([
      404,
      { kind: "error", error: { code: "web-no-route" } },
    ]);
    const broken = await get("/api/broken");
    expect([broken.status, JSON.parse(broken.text).error.code]).toEqual([500, "internal"]);
    expect(broken.text).not.toContain("a fault of ours");
    expect(faults.splice(0)).toHaveLength(1);
  });

  it("shows the page to who follows a link from elsewhere, and answers nothing else from there", async () => {
    const followed = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
    expect((await get("/", followed)).status).toBe(200);
    expect((await get("/api/rig", followed)).status).toBe(403);
    expect((await get("/", { ...followed, "sec-fetch-dest": "iframe" })).status).toBe(403);
    expect((await get("/", { ...followed, host: "evil.example" })).status).toBe(403);
  });
});

describe("what it refuses", () => {
  it.each([
    ["a page of another origin", { origin: "https://evil.example" }],
    ["a page of another port of this machine", { origin: "http://localhost:3000" }],
    ["a sandbox", { origin: "null" }],
    ["a rebound name", { host: "evil.example" }],
    ["a rebound name that is its own origin", { host: "evil.example", origin: "http://evil.example" }],
    ["an address of the network", { host: "192.168.1.5:8090" }],
    ["a cross-site request without Origin", { "sec-fetch-site": "cross-site" }],
    ["a neighbouring site", { "sec-fetch-site": "same-site" }],
  ])("%s", async (_, headers) => {
    for (const path of ["/", "/api/rig", "/api/events", "/nothing"]) {
      const { status, text } = await get(path, headers);
      expect([status, JSON.parse(text).kind]).toEqual([403, "error"]);
    }
    const chat = await ask(web.port, { path: "/api/runs/1/chat", body: {}, headers });
    expect(chat.status).toBe(403);
  });

  it.each([
    "/../secret.json",
    "/%2e%2e/secret.json",
    "/..%2fsecret.json",
    "/assets/../../secret.json",
    "/assets/..%5c..%5csecret.json",
    "//secret.json",
    "/link.json",
    "/assets/notes.md",
    "/assets",
    "/%00",
    "/index.html/",
    "http://evil.example/",
  ])("a way out of its folder: %s", async (path) => {
    const answer = await sendRaw(web.port, `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 404 /);
  });

  it("methods that nothing is asked with, and what is no request", async () => {
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
      const { status, headers } = await get("/", {}, method);
      expect([status, headers["allow"]]).toEqual([405, "GET"]);
    }
    expect((await get("/api/runs/1/chat")).headers["allow"]).toBe("POST");
    const twice = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
    expect(await sendRaw(web.port, twice)).toMatch(/^HTTP\/1.1 40[03] /);
    expect(await sendRaw(web.port, "hello\r\n\r\n")).toMatch(/^HTTP\/1.1 400 /);
    const long = `GET /?${"a".repeat(40_000)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;
    expect(await sendRaw(web.port, long)).toMatch(/^HTTP\/1.1 431 /);
  });
});

interface Heard {
  readonly name: string;
  readonly data: { readonly [field: string]: unknown };
}

/** Listens to the events until `end` is called. */
function listenTo({ port }: WebServer) {
  const heard: Heard[] = [];
  const over = Promise.withResolvers<void>();
  let held = "";
  const asked = request({ agent: false, host: "127.0.0.1", port, path: "/api/events" }, (answer) => {
    answer.setEncoding("utf8");
    answer.on("data", (text: string) => {
      const blocks = (held + text).split("\n\n");
      held = blocks.pop()!;
      for (const block of blocks) {
        const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? [];
        if (name !== undefined) heard.push({ name, data: JSON.parse(data!) });
      }
    });
    answer.on("error", () => over.resolve());
    answer.on("close", () => over.resolve());
  });
  asked.on("error", () => over.resolve());
  asked.end();
  return { heard, over: over.promise, end: () => asked.destroy() };
}

describe("what it tells of runs", () => {
  let engine: ScriptedServer | undefined;
  let gateway: Gateway | undefined;
  const claims = () => new Claims(join(folder, "runs"));
  afterEach(async () => {
    await claims().remove();
    await gateway?.close();
    await engine?.stop();
  });

  async function run(keys: { secret: string; name: string }[] = []): Promise<Gateway> {
    engine = await scriptedServer({ model: "scripted" });
    gateway = await startGateway({
      models: oneModel(engine.url, {}, "scripted"),
      keys,
      loadout: () => ({
        kind: "serve",
        models: [{ name: "scripted", engine: "url", because: "asked", state: "loaded" }],
      }),
    });
    await claims().write({
      startedAt: "2026-11-25T00:00:00.000Z",
      url: gateway.url,
      models: ["scripted"],
      takes: roomOf([["host", 1000]]),
    });
    return gateway;
  }
  const chat = (body: object, headers: Record<string, string> = {}) =>
    ask(web.port, { path: `/api/runs/${process.pid}/chat`, body, headers });
  const hello = { messages: [{ role: "user", content: "hi" }] };

  it("tells of a run while it is there, of its lanes when they change, and ends cleanly", async () => {
    const { heard, over, end } = listenTo(web);
    await vi.waitFor(() => expect(heard).toEqual([{ name: "ready", data: { runs: 0 } }]));
    await run();
    await vi.waitFor(() => expect(heard.map(({ name }) => name)).toEqual(["ready", "run", "lanes"]), 5000);
    expect(heard[1]!.data).toMatchObject({
      pid: process.pid,
      state: "open",
      takes: { host: 1000 },
      served: [{ name: "scripted" }],
    });
    expect(heard[2]!.data).toMatchObject({ lanes: { interactive: { waiting: 0, answered: 0, tokensPerSec: 0 } } });

    engine!.next({ steps: [{ content: "Hello" }, { content: " you" }] });
    expect((await chat({ ...hello, stream: true })).text).toMatch(/data: \[DONE\]\n\n$/);
    await vi.waitFor(() => expect(heard.at(-1)!.data).toMatchObject({ lanes: { interactive: { answered: 1 } } }), 5000);

    // who comes later is told everything at once
    const later = listenTo(web);
    await vi.waitFor(() => expect(later.heard.map(({ name }) => name).slice(0, 3)).toEqual(["run", "lanes", "ready"]));
    later.end();
    await claims().remove();
    await vi.waitFor(() => expect(heard.at(-1)).toEqual({ name: "gone", data: { pid: process.pid } }), 5000);
    end();
    await over;
    await vi.waitFor(() => expect(web.watched).toBe(false));
  });

  it("shows a run that wants a key, and passes the key of a chat on", async () => {
    await run([{ secret: "sk-right-0123456789", name: "alice" }]);
    const { heard, end } = listenTo(web);
    await vi.waitFor(() => expect(heard[0]?.data).toMatchObject({ state: "locked", served: [] }), 5000);
    end();
    expect((await chat(hello)).status).toBe(401);
    engine!.next({ steps: [{ content: "Hello" }] });
    expect((await chat(hello, { authorization: "Bearer sk-right-0123456789" })).status).toBe(200);
  });

  it("passes chats to runs alone", async () => {
    expect(JSON.parse((await chat(hello)).text).error.code).toBe("web-run-unknown");
    expect((await ask(web.port, { path: "/api/runs/1x/chat", body: hello })).status).toBe(404);
    const elsewhere = { startedAt: "", models: [], takes: roomOf([]) };
    for (const url of [
      "http://10.0.0.1:80",
      "file:///etc/passwd",
      "https://127.0.0.1",
      "http://127.0.0.1.evil.example",
      "",
    ]) {
      await claims().write({ ...elsewhere, url });
      expect(JSON.parse((await chat(hello)).text).error.code, url).toBe("web-run-unknown");
    }
    const { gateway: closed } = { gateway: await run() };
    await closed.close();
    expect(JSON.parse((await chat(hello)).text).error.code).toBe("web-run-unreachable");
    const text = await ask(web.port, {
      path: `/api/runs/${process.pid}/chat`,
      body: "hello",
      headers: { "content-type": "text/plain" },
    });
    expect(text.status).toBe(415);
  });

  it("ends its streams when it is closed", async () => {
    const other = await startWeb({
      port: 0,
      files: new Map(),
      answers: new Map(),
      claims: { others: async () => [] },
      onFault: (fault) => faults.push(fault),
    });
    const { heard, over } = listenTo(other);
    await vi.waitFor(() => expect(heard).toHaveLength(1));
    await other.close();
    await over;
    expect(other.watched).toBe(false);
    expect(faults).toEqual([]);
  });
});
