import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DataLines } from "./lines.ts";
import { ResponseReader } from "./response-reader.ts";
import { wirePiece } from "./wire.ts";

const PARTS = ['data: {"choices":[{"delta":{}}', "]}\n\nd", "ata: [DONE]\n"];
const CHUNKED =
  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\nKeep-Alive: timeout=5\r\n\r\n" +
  `${PARTS.map((part) => `${part.length.toString(16)};x=y\r\n${part}\r\n`).join("")}0\r\n\r\n`;

/** Reads `text` cut at `cuts`; what the listener heard. */
function read(text: string, cuts: readonly number[]) {
  const heard = { status: 0, body: "" };
  const reader = new ResponseReader({
    onHead: (status) => (heard.status = status),
    onBody: (bytes, start, end) => (heard.body += bytes.toString("latin1", start, end)),
  });
  const all = Buffer.from(text, "latin1");
  const points = [0, ...cuts.map((cut) => cut % (all.length + 1)), all.length].sort((a, b) => a - b);
  for (const [index, end] of points.slice(1).entries()) {
    // memory that is used again after each read, as a socket's is
    const lent = Buffer.from(all.subarray(points[index] ?? 0, end));
    reader.feed(lent, lent.length);
    lent.fill(0);
  }
  return { ...heard, done: reader.done, fault: reader.fault, keeps: reader.keeps, ends: reader.close() };
}

describe("a response", () => {
  const chunked = CHUNKED;

  test("in chunks, cut anywhere", () => {
    const whole = read(chunked, []);
    expect(whole).toEqual({
      status: 200,
      body: PARTS.join(""),
      done: true,
      fault: undefined,
      keeps: true,
      ends: true,
    });
    fc.assert(
      fc.property(fc.array(fc.nat(400), { maxLength: 8 }), (cuts) => {
        expect(read(chunked, cuts)).toEqual(whole);
      }),
    );
    expect(
      read(
        chunked,
        Array.from({ length: chunked.length }, (_, index) => index),
      ),
    ).toEqual(whole);
  });

  test("of a length, until it closes, after an interim answer", () => {
    expect(read("HTTP/1.1 404 Not Found\r\ncontent-length: 3\r\nconnection: close\r\n\r\nnoX", [])).toMatchObject({
      status: 404,
      body: "noX",
      done: true,
      keeps: false,
    });
    expect(read("HTTP/1.1 200 OK\r\n\r\nabc", [])).toMatchObject({
      body: "abc",
      done: false,
      ends: true,
      keeps: false,
    });
    expect(read("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 None\r\ncontent-length: 0\r\n\r\n", [40])).toMatchObject({
      status: 204,
      done: true,
    });
  });

  test("cut short is no end; what is not HTTP is a fault, never a throw", () => {
    expect(read(chunked.slice(0, -5), [])).toMatchObject({ done: false, ends: false });
    expect(read("SSH-2.0-x\r\n\r\n", []).fault).toContain("no HTTP/1.1 answer");
    fc.assert(
      fc.property(fc.nat(chunked.length), fc.string({ maxLength: 9 }), (at, noise) => {
        read(chunked.slice(0, at) + noise + chunked.slice(at + 1), []);
      }),
    );
  });
});

test("payloads of events are the same however the bytes are cut", () => {
  const text = ': hello\nevent: x\ndata: {"a":1}\r\n\r\ndata:{"b":"ü\u{1F600}"}\n\ndata: [DONE]';
  const payloads = (cuts: readonly number[]) => {
    const all = Buffer.from(text, "utf8");
    const found: string[] = [];
    const lines = new DataLines((bytes, start, end) => found.push(bytes.toString("utf8", start, end)));
    const points = [0, ...cuts.map((cut) => cut % (all.length + 1)), all.length].sort((a, b) => a - b);
    for (const [index, end] of points.slice(1).entries()) lines.feed(all, points[index] ?? 0, end);
    lines.close();
    return found;
  };
  expect(payloads([])).toEqual(['{"a":1}', '{"b":"ü\u{1F600}"}', "[DONE]"]);
  fc.assert(
    fc.property(fc.array(fc.nat(80), { maxLength: 9 }), (cuts) => {
      expect(payloads(cuts)).toEqual(payloads([]));
    }),
  );
});

describe("events", () => {
  test.each([
    ['{"choices":[{"delta":{"content":"Hi"}}]}', { text: "Hi" }],
    ['{"choices":[{"delta":{"role":"assistant","content":""}}]}', { text: "" }],
    ['{"choices":[{"delta":{"role":"assistant","content":null}}]}', { text: "" }],
    ['{"choices":[{"delta":{"reasoning_content":"Hm"}}]}', { text: "Hm" }],
    ['{"choices":[{"text":" word"}]}', { text: " word" }],
    ['{"choices":[{"delta":{"tool_calls":[{"index":0}]}}]}', { text: '[{"index":0}]' }],
    [
      '{"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":8}}}',
      { text: "", promptTokens: 12, outputTokens: 3, cachedTokens: 8 },
    ],
    ['{"choices":[{"delta":{}}],"timings":{"cache_n":5}}', { text: "", cachedTokens: 5 }],
    ['{"error":{"message":"full"}}', { text: "", error: "full" }],
    ["null", { text: "" }],
    ["7", { text: "" }],
    ['{"choices":7}', { text: "" }],
  ])("%s", (text, piece) => expect(wirePiece(text)).toEqual(piece));

  test("no JSON", () => expect(wirePiece("{")).toBeUndefined());
});
