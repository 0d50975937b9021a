import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  closedWorkload,
  openWorkload,
  type PlannedRequest,
  scheduledWorkload,
  sessionWorkload,
  summarize,
} from "../../../predict/index.ts";
import {
  Connections,
  drive,
  learnManners,
  loadTarget,
  type LoadTarget,
  type NullServer,
  postBytes,
  requestBytes,
  startNullServer,
  startSideProbe,
  truthOf,
} from "./index.ts";

const fixed = (tokens: number) => ({ kind: "fixed", tokens }) as const;
const shape = { prompt: fixed(20), output: fixed(6) };

/** how well the clocks of two processes agree */
const CLOCKS_MS = 0.05;

let server: NullServer;
beforeAll(async () => {
  server = await startNullServer();
});
afterAll(() => server.stop());

function bytesFor(target: LoadTarget, keep: boolean, more: object = {}) {
  return (request: PlannedRequest) =>
    postBytes(
      target,
      `${target.path}/chat/completions`,
      JSON.stringify({
        messages: [{ role: "user", content: "hello" }],
        max_tokens: request.outputTokens,
        null_ttft_ms: 5,
        null_gap_ms: 2,
        ...more,
      }),
      `t-${request.id}`,
      keep,
    );
}

describe("against a null server", () => {
  test("every event is timed after it was sent, in order, and counted as the server counts", async () => {
    const target = loadTarget(server.url);
    const workload = openWorkload({ kind: "poisson", ratePerSec: 100 }, { requests: 40 }, shape, 1);
    const run = await drive({
      connections: new Connections(target, false),
      workload,
      bytes: bytesFor(target, false),
      drainMs: 5000,
    });
    const log = await server.log();
    expect(run.records.length).toBe(40);
    for (const record of run.records) {
      const truth = log[`t-${record.id}`]!;
      expect(record).toMatchObject({ outcome: "ok", outputTokens: 6 });
      expect(record.tokenMs.length).toBe(6);
      expect(record.sentMs).toBeLessThanOrEqual(truth.receivedMs + CLOCKS_MS);
      truth.sentMs.forEach((atMs, index) => expect(record.tokenMs[index]!).toBeGreaterThanOrEqual(atMs - CLOCKS_MS));
      expect(record.endMs).toBeGreaterThanOrEqual(record.tokenMs[5]!);
      expect(record.scheduledMs).toBeLessThanOrEqual(record.sentMs + 1);
    }
    expect(truthOf(log).ttft!.n).toBe(40);
  });

  test.each([
    ["kept connections", true, false],
    ["kept connections that the server breaks in spite of its promise", true, true],
    ["fresh connections", false, true],
  ])("%s lose nothing", async (_, keep, closes) => {
    const target = loadTarget(server.url);
    const workload = closedWorkload({ users: 4, spreadMs: 20 }, { requests: 60 }, shape, 1);
    const run = await drive({
      connections: new Connections(target, keep),
      workload,
      bytes: bytesFor(target, keep, { null_close: closes }),
      drainMs: 5000,
    });
    await server.log();
    expect(run.records.map((record) => record.error).filter(Boolean)).toEqual([]);
    expect(run.records.length).toBe(60);
    expect(summarize(run.records, { loop: "closed" }).concurrency.most).toBeLessThanOrEqual(4);
  });

  test("stopped: what ran is unfinished, what was measured stays", async () => {
    const target = loadTarget(server.url);
    const stop = new AbortController();
    const workload = closedWorkload({ users: 2 }, { durationMs: 60_000 }, { prompt: fixed(5), output: fixed(200) }, 1);
    const running = drive({
      connections: new Connections(target, false),
      workload,
      bytes: bytesFor(target, false),
      drainMs: 5000,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    const run = await running;
    await server.log();
    expect(run.stopped).toBe(true);
    expect(run.records.some((record) => record.outcome === "unfinished")).toBe(true);
  });

  test("nobody there: failed, with what the system said", async () => {
    const target = loadTarget("127.0.0.1:9");
    const workload = closedWorkload({ users: 1 }, { requests: 1 }, shape, 1);
    const run = await drive({
      connections: new Connections(target, false),
      workload,
      bytes: bytesFor(target, false),
      drainMs: 100,
    });
    expect(run.records).toMatchObject([{ outcome: "failed", error: expect.stringContaining("ECONNREFUSED") }]);
  });

  test("a side probe answers beside the load", async () => {
    const target = loadTarget(server.url);
    const probe = startSideProbe(
      target,
      bytesFor(target, false)({ id: -1, atMs: 0, promptTokens: 1, outputTokens: 1 }),
    );
    const workload = closedWorkload({ users: 1 }, { requests: 5 }, shape, 1);
    await drive({
      connections: new Connections(target, false),
      workload,
      bytes: bytesFor(target, false),
      drainMs: 1000,
    });
    const { tookMs, failed } = probe.stop();
    await server.log();
    expect(tookMs.length).toBeGreaterThan(0);
    expect(failed).toBe(0);
  });
});

/** An endpoint that counts words as tokens, "people" as two, and 11 for its template. Keeps what it was asked. */
class CountingEndpoint {
  readonly asked: { messages: { role: string; content: string }[]; [field: string]: unknown }[] = [];
  readonly #server: Server;

  constructor(options: { readonly tokenizes: boolean; readonly strict?: boolean }) {
    const count = (text: string) =>
      (text.match(/\S+/g) ?? []).reduce((sum, word) => sum + (word === "people" ? 2 : 1), 0);
    this.#server = createServer((request, response) => {
      let text = "";
      request.on("data", (part) => (text += part));
      request.on("end", () => {
        const json = (value: unknown, status = 200) => {
          response.writeHead(status, { "content-type": "application/json" });
          response.end(JSON.stringify(value));
        };
        if (request.url === "/v1/models") return json({ data: [{ id: "small" }] });
        const body = JSON.parse(text);
        if (request.url === "/tokenize")
          return options.tokenizes
            ? json({ tokens: Array.from({ length: count(body.content) }, () => 0) })
            : json({}, 404);
        if (options.strict && "ignore_eos" in body)
          return json({ error: { message: "unknown field ignore_eos" } }, 400);
        this.asked.push(body);
        const prompt =
          11 + body.messages.reduce((sum: number, one: { content: string }) => sum + count(one.content), 0);
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write('data: {"choices":[{"delta":{"content":"ok"}}]}\n\n');
        response.end(
          `data: {"choices":[],"usage":{"prompt_tokens":${prompt},"completion_tokens":1}}\n\ndata: [DONE]\n\n`,
        );
      });
    });
  }

  async open(): Promise<LoadTarget> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    return loadTarget(String(typeof address === "object" ? address?.port : address));
  }

  close(): void {
    this.#server.close();
  }
}

describe("prompts of known length", () => {
  test.each([
    ["by its tokenizer", { tokenizes: true }, "tokenized"],
    ["by two requests", { tokenizes: false, strict: true }, "calibrated"],
  ])("%s", async (_, options, how) => {
    const endpoint = new CountingEndpoint(options);
    const target = await endpoint.open();
    try {
      const manners = await learnManners(target, { extras: { ignore_eos: true, stream_options: {} } });
      expect(manners).toMatchObject({
        model: "small",
        refused: "strict" in options ? ["ignore_eos"] : [],
        prompts: { how },
      });
      const workload = openWorkload(
        { kind: "constant", ratePerSec: 200 },
        { requests: 5 },
        { prompt: fixed(120), output: fixed(1), sharedTokens: 40 },
        3,
      );
      const bytes = requestBytes({ target, manners, seed: 3, keep: false, run: "t" });
      const run = await drive({ connections: new Connections(target, false), workload, bytes, drainMs: 2000 });
      for (const record of run.records)
        expect(Math.abs(record.promptTokens - 120)).toBeLessThanOrEqual(how === "tokenized" ? 0 : 4);
      const texts = endpoint.asked.slice(-5).map((body) => body.messages[0]!.content);
      expect(new Set(texts).size).toBe(5);
      expect(new Set(texts.map((text) => text.split(" ").slice(0, 38).join(" "))).size).toBe(1);
    } finally {
      endpoint.close();
    }
  });

  test("requests of a trace share words where they share blocks", async () => {
    const endpoint = new CountingEndpoint({ tokenizes: true });
    const target = await endpoint.open();
    try {
      const manners = await learnManners(target, { extras: {} });
      const ids = [
        [1, 2],
        [1, 3],
      ];
      const scheduled = ids.map((blocks, id) => ({
        id,
        atMs: id,
        promptTokens: 50,
        outputTokens: 1,
        blocks: { ids: blocks, tokens: 30 },
      }));
      const bytes = requestBytes({ target, manners, seed: 3, keep: false, run: "t" });
      const run = await drive({
        connections: new Connections(target, false),
        workload: scheduledWorkload(scheduled),
        bytes,
        drainMs: 2000,
      });
      expect(run.records.map((record) => record.promptTokens)).toEqual([50, 50]);
      const [first, second] = endpoint.asked.slice(-2).map((body) => body.messages[0]!.content.split(" "));
      expect(first!.slice(0, 30)).toEqual(second!.slice(0, 30));
      expect(first!.slice(30)).not.toEqual(second!.slice(30));
    } finally {
      endpoint.close();
    }
  });

  test("the turns of a conversation carry what was said before", async () => {
    const endpoint = new CountingEndpoint({ tokenizes: true });
    const target = await endpoint.open();
    try {
      const manners = await learnManners(target, { extras: {} });
      const sessions = { turns: fixed(3), said: fixed(10), output: fixed(1), thinkMs: 1 };
      const workload = sessionWorkload({ kind: "constant", ratePerSec: 100 }, { requests: 2 }, sessions, 5);
      const bytes = requestBytes({ target, manners, seed: 5, keep: false, run: "t" });
      const run = await drive({ connections: new Connections(target, false), workload, bytes, drainMs: 2000 });
      expect(run.records.map((record) => record.outcome)).toEqual(Array.from({ length: 6 }, () => "ok"));
      const last = endpoint.asked.findLast((body) => body.messages.length === 5)!.messages;
      expect(last.map((message) => message.role)).toEqual(["user", "assistant", "user", "assistant", "user"]);
      expect(last[1]!.content).toBe("ok");
      const second = endpoint.asked.find(
        (body) => body.messages.length === 3 && body.messages[0]!.content === last[0]!.content,
      )!;
      expect(second.messages).toEqual(last.slice(0, 3));
    } finally {
      endpoint.close();
    }
  });
});
