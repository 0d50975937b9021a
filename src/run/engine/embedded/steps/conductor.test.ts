import type { Token } from "node-llama-cpp";
import { describe, expect, it } from "vitest";
import type { LaneName } from "../../../../predict/serving/index.ts";
import { Sequences } from "../sequences.ts";
import { FakeEngine, numbered } from "../testing/fake-sequences.ts";
import { Conductor, type Generated } from "./index.ts";

const OPTIONS = { contextSize: 64, stepTokens: 8, agingMs: 1000, holdMs: 0 };

function setUp(count: number, options: Partial<typeof OPTIONS> & { reserved?: number } = {}) {
  const engine = new FakeEngine(count);
  const sequences = new Sequences(engine.sequences, options.reserved);
  const conductor = new Conductor(sequences, { ...OPTIONS, ...options, clock: engine.clock });
  const ask = (lane: LaneName, prompt: number, maxTokens: number, signal = new AbortController().signal) => {
    const drawn: Token[] = [];
    const work = {
      lane,
      tokens: numbered(prompt, prompt),
      maxTokens,
      sampling: {},
      reusePrefix: true,
      signal,
      onToken: (token: Token) => drawn.push(token) > 0,
    };
    return { drawn, done: conductor.generate(work) };
  };
  return { engine, conductor, ask };
}

describe("conductor", () => {
  it("steps all sequences together", async () => {
    const { engine, ask } = setUp(3);
    const replies = [ask("interactive", 2, 5), ask("interactive", 3, 5), ask("interactive", 3, 5)];
    const ends = await Promise.all(replies.map(({ done }) => done));
    expect(ends.map(({ end, drawn }) => [end, drawn])).toEqual(replies.map(() => ["length", 5]));
    // one step with all prompts, four in which all draw
    expect(engine.steps.map((step) => step.length)).toEqual([3, 3, 3, 3, 3]);
  });

  it("evaluates a long prompt in pieces, beside others' tokens", async () => {
    const { engine, ask } = setUp(2);
    const short = ask("interactive", 2, 6);
    const long = ask("interactive", 20, 1);
    await Promise.all([short.done, long.done]);
    const sizes = engine.steps.map((step) => step.reduce((sum, { tokens }) => sum + tokens, 0));
    expect(Math.max(...sizes)).toBe(OPTIONS.stepTokens);
    expect(engine.steps.slice(0, 3).every((step) => step.length === 2)).toBe(true);
  });

  it("lets batch rest between two tokens while a chat is there, and keeps what it has", async () => {
    const { engine, ask } = setUp(2);
    const work = ask("batch", 4, 10);
    await engine.until(() => work.drawn.length === 3);
    const talk = ask("interactive", 3, 4);
    await talk.done;
    // at most the step that was under way when the chat came
    expect(work.drawn.length).toBeLessThanOrEqual(4);
    expect((await work.done).drawn).toBe(10);
    expect(engine.evaluated(work.drawn)).toBe(4 + 10 - 1);
  });

  it("lets a resting one step once when it has rested long", async () => {
    const { engine, ask } = setUp(2, { agingMs: 5 });
    const work = ask("batch", 4, 10);
    await engine.until(() => work.drawn.length === 2);
    const talk = ask("interactive", 3, 30);
    await talk.done;
    expect(work.drawn.length).toBeGreaterThan(4);
    await work.done;
  });

  it("gives a chat the sequence of a batch reply where none is free, and goes on with that later", async () => {
    const { engine, ask } = setUp(1);
    const work = ask("batch", 4, 6);
    await engine.until(() => work.drawn.length === 3);
    const talk = ask("interactive", 3, 2);
    await talk.done;
    expect(work.drawn.length).toBeLessThanOrEqual(4);
    expect((await work.done).drawn).toBe(6);
    expect(work.drawn).toEqual(engine.expected(numbered(4, 4), 6));
  });

  it("keeps sequences for chats", async () => {
    const { engine, ask } = setUp(2, { reserved: 1 });
    const first = ask("batch", 4, 3);
    const second = ask("batch", 4, 3);
    await first.done;
    expect(second.drawn).toEqual([]);
    await second.done;
    expect(engine.steps.every((step) => step.length === 1)).toBe(true);
  });

  it("frees the sequence of a client that left within one step, drawing or resting or waiting", async () => {
    const { engine, conductor, ask } = setUp(1);
    const leave = new AbortController();
    const left = ask("interactive", 3, 50, leave.signal);
    const waits = ask("batch", 3, 50, leave.signal);
    await engine.until(() => left.drawn.length === 2);
    const steps = engine.steps.length;
    leave.abort();
    const ends: Generated[] = await Promise.all([left.done, waits.done]);
    expect(ends.map(({ end }) => end)).toEqual(["cancelled", "cancelled"]);
    expect(engine.steps.length).toBeLessThanOrEqual(steps + 1);
    expect(conductor.busy).toBe(0);
    expect((await ask("interactive", 2, 1).done).end).toBe("length");
  });

  it("evaluates a beginning that a sequence holds no second time", async () => {
    const { ask } = setUp(2);
    expect((await ask("interactive", 6, 2).done).cachedTokens).toBe(0);
    expect((await ask("interactive", 6, 2).done).cachedTokens).toBe(5);
  });

  it("fails the one whose step failed, and nobody else", async () => {
    const { engine, ask } = setUp(2);
    const good = ask("interactive", 2, 8);
    const bad = ask("interactive", 3, 8);
    await engine.until(() => bad.drawn.length === 2);
    engine.failNext(bad.drawn);
    await expect(bad.done).rejects.toThrow("made to fail");
    expect((await good.done).drawn).toBe(8);
  });

  it("waits for company when it is idle, no longer than the hold window", async () => {
    const { engine, ask } = setUp(2, { holdMs: 20 });
    const since = engine.clock.now();
    await ask("interactive", 2, 1).done;
    expect(engine.clock.now() - since).toBeGreaterThanOrEqual(20);
    const both = [ask("interactive", 2, 1), ask("interactive", 3, 1)];
    await Promise.all(both.map(({ done }) => done));
    expect(engine.steps.at(-1)).toHaveLength(2);
  });
});
