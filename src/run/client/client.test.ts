import { mkdtemp, readdir, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { scriptedServer, type ScriptedServer } from "../engine/testing/scripted-server.ts";
import { chat, ChatSessions, endpointOf, looksLikeAddress, modelsOf, type ClientEvent } from "./index.ts";

let server: ScriptedServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function all(stream: AsyncIterable<ClientEvent>): Promise<ClientEvent[]> {
  const events: ClientEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

const ASK = { messages: [{ role: "user", content: "three little words" }] };

describe("a client's chat", () => {
  it("gives thoughts and text as they come, and what became of it", async () => {
    server = await scriptedServer();
    server.next({ steps: [{ reasoning: "Hm" }, { content: "Par" }, { content: "is" }] });
    let clock = 0;
    const events = await all(chat(endpointOf(server.url), ASK, { now: () => (clock += 10) }));
    expect(events.slice(0, -1)).toEqual([
      { kind: "thinking", text: "Hm" },
      { kind: "text", text: "Par" },
      { kind: "text", text: "is" },
    ]);
    expect(events.at(-1)).toMatchObject({
      outcome: {
        text: "Paris",
        thinking: "Hm",
        finishReason: "stop",
        usage: { promptTokens: 3, completionTokens: 3 },
        ttftMs: 10,
        decodeMs: 20,
        events: 3,
      },
    });
  });

  it("ends as cancelled with what was said, and leaves the engine's slot", async () => {
    server = await scriptedServer();
    const never = new Promise(() => {});
    server.next({ steps: [{ content: "one" }, { until: never }] });
    const stop = new AbortController();
    const events: ClientEvent[] = [];
    for await (const event of chat(endpointOf(server.url), ASK, { signal: stop.signal })) {
      events.push(event);
      stop.abort();
    }
    expect(events.at(-1)).toMatchObject({ outcome: { text: "one", finishReason: "cancelled" } });
    await server.until(({ requests }) => requests[0]!.state === "abandoned");
  });

  it.each([
    ["refused", { refuse: { status: 400, type: "invalid_request_error", message: "too long" } }, "endpoint-refused"],
    [
      "too long",
      { refuse: { status: 400, type: "exceed_context_size_error", message: "too long" } },
      "endpoint-context",
    ],
    [
      "an error in the middle",
      { steps: [{ content: "a" }, { error: { status: 500, type: "x", message: "boom" } }] },
      "endpoint-refused",
    ],
    ["a cut connection", { steps: [{ content: "a" }, { cut: true }] }, "endpoint-broken"],
    ["no JSON", { steps: [{ raw: "data: {broken\n\n" }] }, "endpoint-unreadable"],
  ] as const)("throws a typed error: %s", async (_, answer, code) => {
    server = await scriptedServer();
    server.next(answer);
    await expect(all(chat(endpointOf(server.url), ASK))).rejects.toMatchObject({ code });
  });

  it("says where nothing answers", async () => {
    await expect(modelsOf(endpointOf("http://127.0.0.1:1"))).rejects.toMatchObject({ code: "endpoint-unreachable" });
  });

  it("reads the models and what they hold", async () => {
    server = await scriptedServer({ model: "m", contextPerSlot: 512 });
    expect(await modelsOf(endpointOf(server.url))).toEqual([{ name: "m", contextTokens: 512 }]);
  });
});

describe("addresses", () => {
  it.each([
    ["8080", "http://127.0.0.1:8080/v1"],
    ["host:1234", "http://host:1234/v1"],
    ["http://host/v1/", "http://host/v1"],
    ["https://host/openai/v3", "https://host/openai/v3"],
    ["http://host/proxy", "http://host/proxy/v1"],
  ])("%s is %s", (typed, base) => {
    expect(endpointOf(typed).base).toBe(base);
    expect(looksLikeAddress(typed)).toBe(true);
  });

  it.each(["qwen3:8b", "./model.gguf", "hf:owner/name", "qwen3 8b"])("%s is a model", (typed) => {
    expect(looksLikeAddress(typed)).toBe(false);
  });
});

describe("kept chats", () => {
  const session = {
    startedAt: "2026-11-25T01:00:00.000Z",
    model: "m",
    system: "",
    turns: [{ role: "user", text: "Hi" }],
  } as const;

  it("come back by a beginning of their id, newest first, for their person only", async () => {
    const folder = join(await mkdtemp(join(tmpdir(), "loadout-chats-")), "chats");
    const sessions = new ChatSessions(folder);
    expect(await sessions.list(9)).toEqual([]);
    const now = new Date("2026-11-25T01:00:00Z");
    const first = { ...session, id: await sessions.newId(now) };
    await sessions.save(first);
    const second = { ...session, id: await sessions.newId(now), model: "n" };
    await sessions.save(second);
    expect([first.id, second.id]).toEqual(["20261125-010000", "20261125-010000-2"]);
    expect(await sessions.open("20261125-010000")).toEqual(first);
    expect(await sessions.list(9)).toEqual([second, first]);
    await expect(sessions.open("2026")).rejects.toMatchObject({ code: "chat-unknown" });
    const names = await readdir(folder);
    expect(names.every((name) => name.endsWith(".json"))).toBe(true);
    expect((await stat(join(folder, names[0]!))).mode & 0o077).toBe(0);
  });

  it("are told apart from damaged files", async () => {
    const folder = await mkdtemp(join(tmpdir(), "loadout-chats-"));
    await writeFile(join(folder, "broken.json"), '{"id":"broken","turns":[{}]}');
    const sessions = new ChatSessions(folder);
    expect(await sessions.list(9)).toEqual([]);
    await expect(sessions.open("broken")).rejects.toMatchObject({ code: "chat-damaged" });
  });
});
