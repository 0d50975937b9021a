import { afterAll, describe, expect, it } from "vitest";
import { LoadoutError, type ErrorCode } from "../../../facts/errors/index.ts";
import type { ChatRequest, Engine, EngineSpec, Reply, ReplyEvent, RunningEngine } from "../engine.ts";

/** What the suite needs to know about an engine; every adapter, and the fake that stands in for them, passes the same tests. */
export interface EngineSuite {
  readonly name: string;
  readonly makeEngine: () => Engine;
  /** a small model this engine can load */
  readonly spec: () => Promise<EngineSpec>;
  /** a path that is no model, but exists */
  readonly badModel: () => Promise<string>;
  /** ends the engine's process from outside, as a crash would */
  readonly kill: (running: RunningEngine) => void;
  /** tests this engine cannot pass, by their name, each with the reason */
  readonly skip?: Readonly<Record<string, string>>;
}

const PROMPT: ChatRequest = { prompt: [{ role: "user", content: "hello world" }], maxTokens: 6 };

export function engineSuite({ name, makeEngine, spec, badModel, kill, skip = {} }: EngineSuite): void {
  const test = (title: string, body: () => Promise<void>) => {
    const reason = skip[title];
    if (reason === undefined) it(title, body);
    else it.skip(`${title} (${reason})`, body);
  };
  // one engine for the tests that only ask: starting is what takes the time
  let shared: Promise<RunningEngine> | undefined;
  const withEngine = async (body: (running: RunningEngine) => Promise<void>) => {
    shared ??= spec().then((base) => makeEngine().start(base));
    await body(await shared);
  };

  describe(`engine: ${name}`, () => {
    afterAll(async () => {
      await (await shared)?.stop();
    });

    test("says what it is and how long loading took", () =>
      withEngine(async ({ info, loadTimes, pid }) => {
        expect(info.name).toBe(makeEngine().name);
        expect(info.version).not.toBe("");
        expect(info.build).not.toBe("");
        expect(pid).toBeGreaterThan(0);
        const { spawnMs, modelMs, contextMs, warmUpMs, totalMs } = loadTimes;
        expect(totalMs).toBeGreaterThanOrEqual(spawnMs + modelMs + contextMs + warmUpMs);
      }));

    test("reports memory by place and term, and exactly once it is stopped", async () => {
      const running = await makeEngine().start(await spec());
      const { log } = running.memory;
      expect(log.missing).toBeUndefined();
      expect(log.terms.map(({ term }) => term)).toEqual(expect.arrayContaining(["weights", "kv", "compute"]));
      expect(log.terms.find(({ term }) => term === "weights")!.bytes).toBeGreaterThan(0);
      const { memory, peakResidentBytes } = await running.stop();
      expect(peakResidentBytes).toBeGreaterThan(log.terms.find(({ term }) => term === "compute")!.bytes);
      const compute = memory.log.terms.find(({ term }) => term === "compute")!;
      expect(compute.sizes[0]!.printed).toMatch(/^\d+\.\d{4}$/);
    });

    test("streams a reply: prefill, tokens in order, one end that sums them up", () =>
      withEngine(async (running) => {
        const events = await all(running.chat(PROMPT));
        expect(events[0]!.kind).toBe("prefill");
        expect(events.at(-1)!.kind).toBe("end");
        const tokens = events.filter((event) => event.kind === "token");
        expect(events).toHaveLength(tokens.length + 2);
        expect(tokens.map(({ index }) => index)).toEqual(tokens.map((_, index) => index));
        const end = events.at(-1)!;
        if (end.kind !== "end") throw new Error("the last event is no end");
        const { reply, tail } = end;
        expect(tokens.map(({ text }) => text).join("") + tail).toBe(reply.text);
        expect(reply.completionTokens).toBe(tokens.length);
        expect(reply.tokenMs).toEqual(tokens.map(({ ms }) => ms));
        expect(reply.decodeMs).toBeCloseTo(sum(reply.tokenMs.slice(1)), 6);
        expect(reply.ttftMs).toBeGreaterThanOrEqual(reply.prefillMs);
        expect(reply.promptTokens).toBeGreaterThan(0);
      }));

    test("ends at the limit of tokens and says so", () =>
      withEngine(async (running) => {
        const reply = await replyTo(running, { ...PROMPT, maxTokens: 3 });
        expect(reply.completionTokens).toBeLessThanOrEqual(3);
        if (reply.completionTokens === 3) expect(reply.finishReason).toBe("length");
        else expect(reply.finishReason).toBe("stop");
      }));

    test("answers the same to the same prompt without chance", () =>
      withEngine(async (running) => {
        const request = { ...PROMPT, reusePrefix: false };
        const first = await replyTo(running, request);
        expect((await replyTo(running, request)).text).toBe(first.text);
      }));

    test("repeats a reply with chance when the seed is the same", () =>
      withEngine(async (running) => {
        const request = { ...PROMPT, temperature: 1.5, seed: 7, reusePrefix: false };
        const first = await replyTo(running, request);
        expect((await replyTo(running, request)).text).toBe(first.text);
      }));

    test("takes text without a template", () =>
      withEngine(async (running) => {
        const reply = await replyTo(running, { prompt: "hello world", maxTokens: 2 });
        expect(reply.promptTokens).toBeGreaterThan(0);
      }));

    test("keeps the beginning of a prompt it has seen, unless told not to", () =>
      withEngine(async (running) => {
        const first = await replyTo(running, { ...PROMPT, reusePrefix: false });
        expect(first.cachedTokens).toBe(0);
        const again = await replyTo(running, PROMPT);
        expect(again.cachedTokens).toBe(first.promptTokens - 1);
        const cold = await replyTo(running, { ...PROMPT, reusePrefix: false });
        expect(cold.cachedTokens).toBe(0);
        expect([again.text, cold.text]).toEqual([first.text, first.text]);
      }));

    test("ends a reply early when asked, and goes on answering", () =>
      withEngine(async (running) => {
        const control = new AbortController();
        let seen = 0;
        let reply: Reply | undefined;
        for await (const event of running.chat({ ...PROMPT, maxTokens: 200, signal: control.signal })) {
          if (event.kind === "token" && (seen += 1) === 1) control.abort();
          if (event.kind === "end") reply = event.reply;
        }
        expect(reply!.finishReason).toBe("cancelled");
        expect(reply!.completionTokens).toBeLessThan(200);
        expect((await replyTo(running, PROMPT)).completionTokens).toBeGreaterThan(0);
      }));

    test("draws nothing for a request that was aborted before", () =>
      withEngine(async (running) => {
        const reply = await replyTo(running, { ...PROMPT, signal: AbortSignal.abort() });
        expect(reply.finishReason).toBe("cancelled");
      }));

    test("goes on answering when a reader leaves in the middle", () =>
      withEngine(async (running) => {
        for await (const event of running.chat({ ...PROMPT, maxTokens: 200 })) if (event.kind === "token") break;
        expect((await replyTo(running, PROMPT)).completionTokens).toBeGreaterThan(0);
      }));

    test("answers two requests at once, the second when a sequence is free", () =>
      withEngine(async (running) => {
        const replies = await Promise.all([replyTo(running, PROMPT), replyTo(running, PROMPT)]);
        expect(replies[0].text).toBe(replies[1].text);
      }));

    test("refuses a prompt longer than its context, and goes on answering", () =>
      withEngine(async (running) => {
        const long = { prompt: "hello world ".repeat(3000), maxTokens: 2 };
        await expectCode("engine-context-full", () => replyTo(running, long));
        expect((await replyTo(running, PROMPT)).completionTokens).toBeGreaterThan(0);
      }));

    test("counts tokens", () =>
      withEngine(async (running) => {
        expect(await running.countTokens("")).toBe(0);
        const one = await running.countTokens("hello");
        expect(one).toBeGreaterThan(0);
        expect(await running.countTokens("hello hello hello")).toBeGreaterThan(one);
      }));

    test("tells how likely tokens are, over the whole vocabulary", () =>
      withEngine(async (running) => {
        if (!running.tokenize || !running.score) return;
        const tokens = await running.tokenize("hello world hello there hello again and again");
        const request = { tokens, from: 1, to: tokens.length, top: 1_000_000 };
        const scores = await running.score(request);
        expect(scores).toHaveLength(tokens.length - 1);
        scores.forEach(({ logProb, topIds, topLogProbs }, index) => {
          expect(topLogProbs.reduce((total, logarithm) => total + Math.exp(logarithm), 0)).toBeCloseTo(1, 4);
          expect(topLogProbs[topIds.indexOf(tokens[index + 1]!)]).toBeCloseTo(logProb, 4);
          expect([...topLogProbs]).toEqual([...topLogProbs].toSorted((a, b) => b - a));
        });
        // the same piece by piece, going on where the last one ended, and with few candidates
        const pieces = [];
        for (let from = 1; from < tokens.length; from += 3)
          pieces.push(...(await running.score({ ...request, from, to: from + 3, top: 2 })));
        expect(pieces.map(({ topIds }) => topIds.length)).toEqual(scores.map(() => 2));
        pieces.forEach(({ logProb }, index) => expect(logProb).toBeCloseTo(scores[index]!.logProb, 2));
        const again = await running.score(request);
        expect(again.map(({ logProb }) => logProb)).toEqual(scores.map(({ logProb }) => logProb));
      }));

    test("refuses a file that is no model", async () => {
      const base = await spec();
      const modelPath = await badModel();
      await expectCode("engine-bad-model", () => makeEngine().start({ ...base, modelPath }));
    });

    test("refuses a file that is not there", async () => {
      const base = await spec();
      await expectCode("engine-bad-model", () => makeEngine().start({ ...base, modelPath: `${base.modelPath}.not` }));
    });

    test("does not start when it was stopped before", async () => {
      const base = await spec();
      await expectCode("interrupted", () => makeEngine().start(base, { signal: AbortSignal.abort() }));
    });

    test("stops while it starts", async () => {
      const base = await spec();
      const control = new AbortController();
      const started = makeEngine().start(base, { signal: control.signal });
      control.abort();
      await expectCode("interrupted", () => started);
    });

    test("stops once however often it is asked", async () => {
      const running = await makeEngine().start(await spec());
      const [first, second] = await Promise.all([running.stop(), running.stop()]);
      expect(first.how).toBe("stopped");
      expect(second).toBe(first);
      expect(await running.stop()).toBe(first);
    });

    test("answers nothing after it was stopped", async () => {
      const running = await makeEngine().start(await spec());
      await running.stop();
      await expectCode("engine-stopped", () => replyTo(running, PROMPT));
      await expectCode("engine-stopped", () => running.countTokens("hello"));
    });

    test("ends replies under way when it is stopped", async () => {
      const running = await makeEngine().start(await spec());
      let stopped: Promise<unknown> | undefined;
      const read = async () => {
        for await (const event of running.chat({ ...PROMPT, maxTokens: 100_000 }))
          if (event.kind === "token") stopped ??= running.stop();
      };
      await expectCode("engine-stopped", read);
      await stopped;
    });

    test("tells when its process died", async () => {
      const running = await makeEngine().start(await spec());
      const read = async () => {
        for await (const event of running.chat({ ...PROMPT, maxTokens: 100_000 }))
          if (event.kind === "token") kill(running);
      };
      await expectCode("engine-died", read);
      await expectCode("engine-died", () => running.countTokens("hello"));
      expect((await running.stop()).how).toBe("already-gone");
    });
  });
}

async function all(events: AsyncIterable<ReplyEvent>): Promise<ReplyEvent[]> {
  const list: ReplyEvent[] = [];
  for await (const event of events) list.push(event);
  return list;
}

async function replyTo(running: RunningEngine, request: ChatRequest): Promise<Reply> {
  const end = (await all(running.chat(request))).at(-1);
  if (end?.kind !== "end") throw new Error("the last event is no end");
  return end.reply;
}

async function expectCode(code: ErrorCode, work: () => Promise<unknown>): Promise<void> {
  const error = await work().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(LoadoutError);
  if (error instanceof LoadoutError) expect(error.code).toBe(code);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
