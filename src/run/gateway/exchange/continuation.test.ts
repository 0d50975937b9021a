import fc from "fast-check";
import { expect, test } from "vitest";
import { isFields } from "../dialects/fields.ts";
import { assemble } from "./assemble.ts";
import { Continuation, isContinuable } from "./continuation.ts";

type Fields = Readonly<Record<string, unknown>>;

/** An engine that has one thing to say to any prompt and goes on from what was said of it. Tokens are words. */
function events(whole: readonly string[], body: Fields, attempt: number): Fields[] {
  const { messages, prompt, max_tokens: limit = 1e9 } = body;
  const last = Array.isArray(messages) ? messages.at(-1) : undefined;
  const said = isFields(last) ? (last["role"] === "assistant" ? String(last["content"]) : "") : String(prompt).slice(6);
  let skipped = 0;
  for (let length = 0; length < said.length; skipped++) length += whole[skipped]!.length;
  const left = whole.slice(skipped, skipped + Number(limit));
  const frame = {
    id: `attempt-${attempt}`,
    created: attempt,
    object: last ? "chat.completion.chunk" : "text_completion",
  };
  const timings = (predicted: number) => ({ prompt_n: 2, cache_n: 5 + skipped, predicted_n: predicted });
  const choice = (text: string) => (last ? { delta: { content: text } } : { text });
  return [
    ...(last ? [{ ...frame, choices: [{ index: 0, delta: { role: "assistant", content: null } }] }] : []),
    ...left.map((text, index) => ({
      ...frame,
      choices: [{ index: 0, ...choice(text), finish_reason: null }],
      timings: timings(index + 1),
    })),
    {
      ...frame,
      choices: [{ index: 0, ...choice(""), finish_reason: skipped + left.length < whole.length ? "length" : "stop" }],
    },
    {
      ...frame,
      choices: [],
      usage: { prompt_tokens: 7 + skipped, completion_tokens: left.length, total_tokens: 7 + skipped + left.length },
      timings: timings(left.length),
    },
  ];
}

function gather(
  operation: "chat" | "completions",
  body: Fields,
  whole: readonly string[],
  cuts: readonly number[],
): Fields {
  const continuation = new Continuation(operation, body);
  const taken: Fields[] = [];
  for (let attempt = 0; ; attempt++) {
    const cut = cuts[attempt];
    for (const [index, event] of events(whole, continuation.body(), attempt).entries()) {
      if (index === cut && continuation.possible) break;
      const out = continuation.take(event);
      if (out) taken.push(out);
    }
    if (continuation.finished) {
      expect(new Set(taken.map(({ id }) => id)).size).toBe(1);
      return assemble(taken);
    }
    continuation.interrupted();
  }
}

test("wherever and however often it is cut, the answer is the one that was not cut", () => {
  const word = fc.stringMatching(/^ ?[a-zé🚀"\\]{1,6}$/u).filter((text) => text !== "");
  const cuts = fc.array(fc.nat(12), { maxLength: 6 });
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1, maxLength: 12 }),
      cuts,
      fc.nat(14),
      fc.boolean(),
      (whole, at, limit, chat) => {
        const base = chat ? { messages: [{ role: "user", content: "hi" }] } : { prompt: "prompt" };
        const body = { ...base, ...(limit > 0 ? { max_tokens: limit } : {}) };
        const operation = chat ? "chat" : "completions";
        const { timings: _, id: __, created: ___, ...uncut } = gather(operation, body, whole, []);
        const { timings: ____, id, created, ...cut } = gather(operation, body, whole, at);
        const usage = { ...(isFields(uncut["usage"]) ? uncut["usage"] : {}) };
        expect(cut).toEqual({ ...uncut, usage: expect.objectContaining(usage) });
        expect(id).toBe(`attempt-${Number(created)}`);
      },
    ),
  );
});

test.each([
  ["a plain chat", true, { messages: [{ role: "user", content: "hi" }] }],
  ["tools", false, { messages: [{ role: "user", content: "hi" }], tools: [{}] }],
  ["no tools after all", true, { messages: [{ role: "user", content: "hi" }], tools: [], n: 1, logprobs: false }],
  ["probabilities", false, { messages: [{ role: "user", content: "hi" }], logprobs: true }],
  ["a schema", false, { messages: [{ role: "user", content: "hi" }], response_format: { type: "json_schema" } }],
  ["two answers", false, { messages: [{ role: "user", content: "hi" }], n: 2 }],
  ["a message the client began itself", false, { messages: [{ role: "assistant", content: "hi" }] }],
])("%s can be gone on with: %s", (_, expected, body) => {
  expect(isContinuable("chat", body)).toBe(expected);
});

test("completions go on from one text only", () => {
  expect(isContinuable("completions", { prompt: "one" })).toBe(true);
  expect(isContinuable("completions", { prompt: ["one", "two"] })).toBe(false);
  expect(isContinuable("completions", { prompt: [1, 2] })).toBe(false);
  expect(isContinuable("completions", { prompt: "one", echo: true })).toBe(false);
});

test("thoughts cannot be gone on with, nor can what is finished", () => {
  const thinking = new Continuation("chat", { messages: [] });
  thinking.take({ choices: [{ delta: { reasoning_content: "hm" } }] });
  expect(thinking.possible).toBe(false);
  const finished = new Continuation("chat", { messages: [] });
  expect(finished.possible).toBe(true);
  finished.take({ choices: [{ delta: {}, finish_reason: "stop" }] });
  expect(finished.possible).toBe(false);
});
