import fc from "fast-check";
import { expect, it } from "vitest";
import { eventsOf, messageIn, pieceOf } from "./stream.ts";

function bodyOf(parts: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
      controller.close();
    },
  });
}

async function all(parts: readonly Uint8Array[]): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const event of eventsOf(bodyOf(parts))) found.push(event);
  return found;
}

it("reads events however their bytes are cut", async () => {
  const events = [{ a: "ü…😀" }, { b: "\n\ndata: x" }, { c: 1 }];
  const text = `: hello\n\n${events.map((event) => `data: ${JSON.stringify(event)}\r\n\r\n`).join("")}data: [DONE]\n\ndata: {"late":1}\n\n`;
  const bytes = new TextEncoder().encode(text);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 12 }), async (cuts) => {
      const ends = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
      const parts = ends.slice(1).map((end, index) => bytes.slice(ends[index], end));
      expect(await all(parts)).toEqual(events);
    }),
    { numRuns: 200 },
  );
});

it("reads what an event adds, and what a refusal says", () => {
  expect(pieceOf({ choices: [{ delta: { content: "a", reasoning_content: "b" }, finish_reason: null }] })).toEqual({
    text: "a",
    thought: "b",
    finish: "",
  });
  const usage = { prompt_tokens: 3, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 1 } };
  expect(pieceOf({ choices: [], usage }).usage).toEqual({ prompt: 3, cached: 1, reply: 2 });
  expect(pieceOf({ error: { message: "too long" } }).error).toBe("too long");
  expect(messageIn({ error: "no" })).toBe("no");
  expect(messageIn(undefined)).toBe("it does not say why");
  fc.assert(fc.property(fc.anything(), (value) => void pieceOf(value)));
});
