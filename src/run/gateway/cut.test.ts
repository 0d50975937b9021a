import { expect, test } from "vitest";
import type { LaneSettings } from "../../predict/serving/index.ts";
import { ask } from "./testing/ask.ts";
import { CHAT, hurriedClock, stand } from "./testing/stand.ts";

const CUT: Partial<LaneSettings> = { slots: 1, preemption: "cut" };
const BATCH = { "x-loadout-lane": "batch" };
const never = new Promise<never>(() => {});
const words = (text: string) => text.split(" ").map((word, index) => ({ content: index === 0 ? word : ` ${word}` }));

function said(stream: string): { text: string; ids: Set<string>; roles: number; usage: unknown; done: boolean } {
  const events = stream.split("\n\n").filter((event) => event.startsWith("data: {"));
  const parsed = events.map((event) => JSON.parse(event.slice(6)));
  const deltas = parsed.map(({ choices }) => choices[0]?.delta ?? choices[0] ?? {});
  return {
    text: deltas.map(({ content, text }) => content ?? text ?? "").join(""),
    ids: new Set(parsed.map(({ id }) => id)),
    roles: deltas.filter(({ role }) => role).length,
    usage: parsed.findLast(({ usage }) => usage)?.usage,
    done: stream.endsWith("data: [DONE]\n\n"),
  };
}

test("batch makes room for a chat and goes on where it was: to its client one stream", async () => {
  await using at = await stand({}, CUT);
  at.engine.next({ steps: [...words("a b c"), { until: never }] });
  const body = { ...CHAT, stream: true, max_tokens: 5, stream_options: { include_usage: true } };
  const seen = Promise.withResolvers<void>();
  const batch = ask(at.port, { body, headers: BATCH, onChunk: (text) => text.includes('" c"') && seen.resolve() });
  await seen.promise;
  at.engine.next({ steps: words("chat") });
  at.engine.next({ steps: [{ content: " d" }, { content: " e" }] });
  const chat = await ask(at.port, { body: CHAT });
  expect(JSON.parse(chat.text).choices[0].message.content).toBe("chat");

  const stream = said((await batch).text);
  expect(stream).toMatchObject({ text: "a b c d e", roles: 1, done: true });
  expect(stream.ids).toEqual(new Set(["scripted-1"]));
  expect(stream.usage).toMatchObject({ prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 });
  const [first, , again] = at.engine.requests;
  expect(first!.state).toBe("abandoned");
  expect(again!.body).toMatchObject({
    messages: [...CHAT.messages, { role: "assistant", content: "a b c" }],
    max_tokens: 2,
    stream: true,
  });
});

test("a whole answer that was cut is merged", async () => {
  await using at = await stand({}, CUT);
  at.engine.next({ steps: [...words("a b c"), { until: never }] });
  const batch = ask(at.port, { body: CHAT, headers: BATCH });
  await at.said(0, 3);
  at.engine.next({ steps: words("chat") });
  at.engine.next({ steps: [{ content: " d" }] });
  await ask(at.port, { body: CHAT });
  const { text, headers } = await batch;
  expect(headers["content-type"]).toBe("application/json");
  expect(JSON.parse(text)).toMatchObject({
    object: "chat.completion",
    choices: [{ finish_reason: "stop", message: { role: "assistant", content: "a b c d" } }],
    usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
  });
});

test("a completion goes on from its prompt and what was said", async () => {
  await using at = await stand({}, CUT);
  at.engine.next({ steps: [...words("a b"), { until: never }] });
  const seen = Promise.withResolvers<void>();
  const batch = ask(at.port, {
    path: "/batch/v1/completions",
    body: { prompt: "one two ", stream: true },
    onChunk: (text) => text.includes('" b"') && seen.resolve(),
  });
  await seen.promise;
  at.engine.next({});
  at.engine.next({ steps: [{ content: " c" }] });
  await ask(at.port, { body: CHAT });
  expect(said((await batch).text)).toMatchObject({ text: "a b c", usage: undefined, done: true });
  expect(at.engine.requests.at(-1)!.body).toMatchObject({ prompt: "one two a b" });
});

test("what cannot go on word for word starts over, whole, or is left to end, where its stream has begun", async () => {
  await using at = await stand({}, CUT);
  const tools = [{ type: "function", function: { name: "weather", parameters: { type: "object" } } }];
  at.engine.next({ steps: [...words("a b"), { until: never }] });
  const whole = ask(at.port, { body: { ...CHAT, tools }, headers: BATCH });
  await at.said(0, 2);
  at.engine.next({ steps: words("chat") });
  at.engine.next({ steps: words("x y z") });
  await ask(at.port, { body: CHAT });
  expect(JSON.parse((await whole).text).choices[0].message.content).toBe("x y z");
  expect(at.engine.requests.at(-1)!.body).toMatchObject(CHAT);

  const held = Promise.withResolvers<void>();
  const seen = Promise.withResolvers<void>();
  at.engine.next({ steps: [...words("a b"), { until: held.promise }, { content: " c" }] });
  const body = { ...CHAT, tools, stream: true };
  const stream = ask(at.port, { body, headers: BATCH, onChunk: (text) => text.includes('" b"') && seen.resolve() });
  await seen.promise;
  const chat = ask(at.port, { body: CHAT });
  await at.waits(1);
  held.resolve();
  expect(said((await stream).text)).toMatchObject({ text: "a b c", done: true });
  expect((await chat).status).toBe(200);
});

test("an engine that dies under batch work: it goes on when there is an engine again", async () => {
  await using at = await stand({ clock: hurriedClock }, CUT);
  at.engine.next({ steps: [...words("a b"), { cut: true }] });
  at.engine.next({ steps: [{ content: " c" }] });
  const { text } = await ask(at.port, { body: { ...CHAT, stream: true }, headers: BATCH });
  expect(said(text)).toMatchObject({ text: "a b c", roles: 1, done: true });
  expect(at.engine.requests.at(-1)!.body).toMatchObject({ messages: [{}, { role: "assistant", content: "a b" }] });
});

test("a begun stream that waits is kept alive by comments; one that has not begun hears nothing", async () => {
  await using at = await stand({ limits: { heartbeatMs: 1 } }, CUT);
  at.engine.next({ steps: [...words("a b"), { until: never }] });
  const seen = Promise.withResolvers<void>();
  const beaten = Promise.withResolvers<void>();
  const batch = ask(at.port, {
    body: { ...CHAT, stream: true },
    headers: BATCH,
    onChunk: (text) => (text.includes(": waiting") ? beaten.resolve() : text.includes('" b"') && seen.resolve()),
  });
  await seen.promise;
  at.engine.next({ steps: [{ until: beaten.promise }, { content: "chat" }] });
  at.engine.next({ steps: [{ content: " c" }] });
  await ask(at.port, { body: CHAT });
  const { text } = await batch;
  expect(text).toContain(": waiting\n\n");
  expect(said(text)).toMatchObject({ text: "a b c", done: true });
});
