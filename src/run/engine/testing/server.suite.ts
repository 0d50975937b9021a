import { afterAll, describe, expect, it } from "vitest";
import type { ErrorCode } from "../../../facts/errors/index.ts";
import { ask, fieldsOf, listOf } from "../http/index.ts";
import type { RunningServer, ServerEngine, ServerSpec } from "../server.ts";
import { choiceOf, post, sendText, stream, textOfEvents, usageOf } from "./server-client.ts";

/** What the suite needs to know about an engine that is served; all of them pass the same tests. */
export interface ServerSuite {
  readonly name: string;
  readonly makeEngine: () => ServerEngine;
  /** a small model that generates, with two slots of about 512 tokens */
  readonly spec: () => Promise<ServerSpec>;
  /** requests being worked on now */
  readonly busy: (running: RunningServer) => Promise<number>;
  /** ends the engine from outside, as a crash would; where it is not ours, also brings it back */
  readonly kill: (running: RunningServer) => void | Promise<void>;
  /** a spec of a file that exists and is no model */
  readonly badSpec: () => Promise<ServerSpec>;
  /** a spec whose model knows tools, makes vectors, ranks, has two adapters that change what it says, at scale 0 */
  readonly toolSpec: () => Promise<ServerSpec>;
  readonly embedSpec: () => Promise<ServerSpec>;
  readonly rerankSpec: () => Promise<ServerSpec>;
  readonly adapterSpec: () => Promise<ServerSpec>;
  /** whether tokens can be counted exactly */
  readonly countsExactly: boolean;
  /** the engine demands the key in its endpoint's headers */
  readonly demandsKey: boolean;
  /** tests this engine cannot pass, by their name, each with the reason */
  readonly skip?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

const MESSAGES = [{ role: "user", content: "Say a few words about the sea." }];
const CHAT = "/v1/chat/completions";
const SHORT = { messages: MESSAGES, temperature: 0, max_tokens: 6 };
/** A call that was made before: what a small model has seen it does again, instead of talking first, which it may. */
const CALL = { id: "1", type: "function", function: { name: "set_sail", arguments: '{"knots":"few"}' } };
const SAILED = [
  { role: "user", content: "Sail!" },
  { role: "assistant", content: "", tool_calls: [CALL] },
  { role: "tool", tool_call_id: "1", content: "Done." },
];
/** far more than is ever read */
const LONG = { messages: MESSAGES, max_tokens: 400, ignore_eos: true };
/** time in which a slot must be free again after its client has left; one step takes a few hundredths of it */
const FREED_MS = 3000;

export function serverSuite(suite: ServerSuite): void {
  const { name, makeEngine, spec, skip = {}, timeoutMs = 30_000 } = suite;
  const test = (title: string, body: () => Promise<void>) => {
    const reason = skip[title];
    if (reason === undefined) it(title, body, timeoutMs);
    else it.skip(`${title} (${reason})`, body);
  };
  let shared: Promise<RunningServer> | undefined;
  const withServer = async (body: (running: RunningServer) => Promise<void>) => {
    shared ??= spec().then((base) => makeEngine().start(base));
    await body(await shared);
  };
  const withOwn = async (base: Promise<ServerSpec>, body: (running: RunningServer) => Promise<void>) => {
    const running = await makeEngine().start(await base);
    try {
      await body(running);
    } finally {
      await running.stop();
    }
  };

  describe(`served engine: ${name}`, () => {
    afterAll(async () => {
      await (await shared)?.stop();
    });

    test("says what it is, where it is and what it can", () =>
      withServer(async ({ engine, state, endpoint, abilities, model }) => {
        expect(engine.name).toBe(makeEngine().name);
        expect(engine.version).not.toBe("");
        expect(state).toBe("ready");
        expect(endpoint.url).toMatch(/^https?:\/\/[^/]+$/);
        expect(abilities).toMatchObject({ chat: true, completions: true });
        expect(model.name).toBe((await spec()).name);
      }));

    test("lists its model under the engine's name", () =>
      withServer(async ({ endpoint, model }) => {
        const { status, text } = await ask(endpoint, "/v1/models");
        expect(status).toBe(200);
        const listed: unknown = JSON.parse(text);
        const ids = listOf(fieldsOf(listed)["data"]).map((row) => fieldsOf(row)["id"]);
        expect(ids).toContain(model.engineName);
      }));

    test("answers a chat whole", () =>
      withServer(async (running) => {
        const { status, body } = await post(running, CHAT, SHORT);
        expect(status).toBe(200);
        const { message, finish_reason: reason } = choiceOf(body);
        expect(message).toMatchObject({ role: "assistant", content: expect.any(String) });
        expect(["stop", "length"]).toContain(reason);
        const usage = usageOf(body);
        expect(usage.total).toBe(usage.prompt + usage.completion);
        expect(usage.completion).toBeLessThanOrEqual(SHORT.max_tokens);
      }));

    test("streams a chat: a role first, text in pieces, one end, usage last", () =>
      withServer(async (running) => {
        const streamed = await stream(running, CHAT, SHORT);
        expect(streamed).toMatchObject({ status: 200, ended: true });
        const first = fieldsOf(choiceOf(streamed.events[0]!)["delta"]);
        expect(first["role"]).toBe("assistant");
        // llama-server says null, others say nothing or the first piece
        expect(["object", "string", "undefined"]).toContain(typeof first["content"]);
        const reasons = streamed.events.map((event) => choiceOf(event)["finish_reason"]).filter(Boolean);
        expect(reasons).toHaveLength(1);
        const usage = usageOf(streamed.events.at(-1));
        expect(usage.completion).toBeGreaterThan(0);
        const whole = await post(running, CHAT, SHORT);
        expect(usageOf(whole.body).prompt).toBe(usage.prompt);
        expect(textOfEvents(streamed).length).toBeGreaterThan(0);
      }));

    test("goes on with a text, whole and streamed", () =>
      withServer(async (running) => {
        const request = { prompt: "The sea is", temperature: 0, max_tokens: 4 };
        const whole = await post(running, "/v1/completions", request);
        expect(whole.status).toBe(200);
        expect(choiceOf(whole.body)["text"]).toEqual(expect.any(String));
        const streamed = await stream(running, "/v1/completions", request);
        expect(streamed).toMatchObject({ status: 200, ended: true });
        expect(usageOf(streamed.events.at(-1)).completion).toBe(usageOf(whole.body).completion);
      }));

    test("ends at the limit of tokens and says so", () =>
      withServer(async (running) => {
        const { body } = await post(running, CHAT, { ...SHORT, ignore_eos: true, max_tokens: 3 });
        expect(choiceOf(body)["finish_reason"]).toBe("length");
        expect(usageOf(body).completion).toBe(3);
      }));

    test("counts tokens as its usage does, or says that it estimates", () =>
      withServer(async (running) => {
        const prompt = "Waves, wind and salt: three words for the sea.";
        const { tokens, exact } = await running.countTokens(prompt);
        expect(exact).toBe(suite.countsExactly);
        const { body } = await post(running, "/v1/completions", { prompt, max_tokens: 1 });
        const said = usageOf(body).prompt;
        // a model may begin every text with a token of its own
        if (exact) expect([tokens, tokens + 1]).toContain(said);
        else expect(tokens / said).toBeGreaterThan(0.5);
      }));

    test("fills a JSON schema", () =>
      withServer(async (running) => {
        const schema = {
          type: "object",
          properties: { wet: { type: "boolean" }, colour: { enum: ["blue", "grey"] } },
          required: ["wet", "colour"],
          additionalProperties: false,
        };
        const format = { type: "json_schema", json_schema: { name: "sea", strict: true, schema } };
        const request = { messages: MESSAGES, temperature: 0, max_tokens: 60, response_format: format };
        const { body } = await post(running, CHAT, request);
        const filled: unknown = JSON.parse(String(fieldsOf(choiceOf(body)["message"])["content"]));
        expect(filled).toEqual({ wet: expect.any(Boolean), colour: expect.stringMatching(/^(blue|grey)$/) });
      }));

    test("calls a tool that is demanded", () =>
      withOwn(suite.toolSpec(), async (running) => {
        expect(running.abilities.tools).toBe(true);
        const parameters = { type: "object", properties: { knots: { enum: ["few", "many"] } }, required: ["knots"] };
        const tools = [{ type: "function", function: { name: "set_sail", description: "Sets sail.", parameters } }];
        const messages = [...SAILED, ...SAILED, ...SAILED, { role: "user", content: "Sail!" }];
        const request = { messages, temperature: 0, max_tokens: 120, tools, tool_choice: "required" };
        const { body } = await post(running, CHAT, request);
        expect(choiceOf(body)["finish_reason"]).toBe("tool_calls");
        const call = fieldsOf(listOf(fieldsOf(choiceOf(body)["message"])["tool_calls"])[0]);
        const { name: called, arguments: given } = fieldsOf(call["function"]);
        expect(called).toBe("set_sail");
        expect(JSON.parse(String(given))).toMatchObject({ knots: expect.stringMatching(/^(few|many)$/) });
      }));

    test("frees the slot of a client that leaves in the middle of a stream", () =>
      withServer(async (running) => {
        const leave = new AbortController();
        const { events } = await stream(running, CHAT, LONG, {
          signal: leave.signal,
          onEvent: (event) => {
            if (fieldsOf(choiceOf(event)["delta"])["content"]) leave.abort();
          },
        });
        expect(events.length).toBeLessThan(20);
        const since = performance.now();
        while ((await suite.busy(running)) > 0) {
          expect(performance.now() - since).toBeLessThan(FREED_MS);
          await new Promise((resolve) => setImmediate(resolve));
        }
        expect((await post(running, CHAT, SHORT)).status).toBe(200);
      }));

    test("answers more requests than it has slots, all of them", () =>
      withServer(async (running) => {
        const count = (running.abilities.slots ?? 2) + 3;
        const requests = Array.from({ length: count }, (_, index) => ({
          ...SHORT,
          messages: [{ role: "user", content: `Say ${index} words.` }],
        }));
        const answers = await Promise.all(requests.map((request) => stream(running, CHAT, request)));
        expect(answers.every(({ status, ended }) => status === 200 && ended)).toBe(true);
      }));

    test("refuses a body that is no JSON", () =>
      withServer(async (running) => {
        expect(await sendText(running.endpoint, CHAT, '{"messages": [')).toBe(400);
        expect((await post(running, CHAT, SHORT)).status).toBe(200);
      }));

    test("refuses a prompt that is too long, in words", () =>
      withServer(async (running) => {
        const content = "wave ".repeat((running.abilities.contextPerSlot ?? 512) + 500);
        const { status, body } = await post(running, CHAT, { ...SHORT, messages: [{ role: "user", content }] });
        expect(status).toBe(400);
        expect(String(fieldsOf(body["error"])["message"])).toMatch(/context|exceed|too long|tokens/i);
        expect((await post(running, CHAT, SHORT)).status).toBe(200);
      }));

    if (suite.demandsKey)
      test("answers nobody without its key", () =>
        withServer(async ({ endpoint }) => {
          const bare = { ...endpoint, headers: {} };
          expect((await ask(bare, CHAT, { body: SHORT })).status).toBe(401);
          const wrong = { ...endpoint, headers: { authorization: "Bearer wrong" } };
          expect((await ask(wrong, CHAT, { body: SHORT })).status).toBe(401);
        }));

    test("answers again after its process was killed", () =>
      withOwn(spec(), async (running) => {
        const states: string[] = [];
        running.onState((state) => states.push(state));
        const died = new Promise<void>((resolve) => {
          running.onState((state) => {
            if (state === "restarting") resolve();
          });
        });
        await suite.kill(running);
        await Promise.race([died, running.ready()]);
        if (running.pid !== undefined) await died;
        await running.ready();
        expect(running.state).toBe("ready");
        expect((await post(running, CHAT, SHORT)).status).toBe(200);
        if (running.pid !== undefined) expect(states).toEqual(["restarting", "ready"]);
      }));

    test("is interrupted while it starts, and leaves nothing behind", async () => {
      const stop = new AbortController();
      const starting = makeEngine().start(await spec(), { signal: stop.signal });
      stop.abort();
      await expect(starting).rejects.toMatchObject({ code: "interrupted" satisfies ErrorCode });
    });

    test("says what is wrong with a file that is no model", async () => {
      const starting = makeEngine().start(await suite.badSpec());
      await expect(starting).rejects.toMatchObject({ code: "engine-bad-model" satisfies ErrorCode });
    });

    test("stops once, and answers no more", async () => {
      const running = await makeEngine().start(await spec());
      const [first, second] = await Promise.all([running.stop(), running.stop()]);
      expect(second).toEqual(first);
      expect(running.state).toBe("stopped");
      await expect(running.ready()).rejects.toMatchObject({ code: "engine-stopped" satisfies ErrorCode });
    });

    test("makes vectors", () =>
      withOwn(suite.embedSpec(), async (running) => {
        expect(running.abilities.embeddings).toBe(true);
        const input = ["the sea", "a mountain", "the sea"];
        const { status, body } = await post(running, "/v1/embeddings", { input });
        expect(status).toBe(200);
        const vectors = listOf(body["data"]).map((row) => listOf(fieldsOf(row)["embedding"]).map(Number));
        expect(new Set(vectors.map(({ length }) => length)).size).toBe(1);
        expect(cosine(vectors[0]!, vectors[2]!)).toBeGreaterThan(0.999);
        expect(cosine(vectors[0]!, vectors[1]!)).toBeLessThan(0.999);
        expect(usageOf(body).prompt).toBeGreaterThan(0);
      }));

    test("ranks documents", () =>
      withOwn(suite.rerankSpec(), async (running) => {
        expect(running.abilities.rerank).toBe(true);
        const documents = ["a mountain", "the deep sea", "bread"];
        const { status, body } = await post(running, "/v1/rerank", { query: "the sea", documents });
        expect(status).toBe(200);
        const ranks = listOf(body["results"]).map(fieldsOf);
        expect(ranks.map(({ index }) => index).toSorted((a, b) => Number(a) - Number(b))).toEqual([0, 1, 2]);
        expect(ranks.every(({ relevance_score: score }) => typeof score === "number")).toBe(true);
      }));

    test("applies an adapter to the requests that name it, and to no other", () =>
      withOwn(suite.adapterSpec(), async (running) => {
        expect(running.abilities.adapters).toBe(true);
        const say = async (adapters: object = {}) => {
          const { status, body } = await post(running, CHAT, { ...SHORT, max_tokens: 12, ...adapters });
          expect(status).toBe(200);
          return fieldsOf(choiceOf(body)["message"])["content"];
        };
        const plain = await say();
        const changed = await say({ lora: [{ id: 0, scale: 1 }] });
        expect(changed).not.toBe(plain);
        expect(await say({ lora: [{ id: 1, scale: 1 }] })).not.toBe(changed);
        // what was cached under an adapter is not used without it, in no slot
        for (let slot = 0; slot < 4; slot++) expect(await say()).toBe(plain);
      }));
  });
}

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, at) => sum + value * y[at]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
