import fc from "fast-check";
import { expect, test } from "vitest";
import { SseSplitter } from "./sse.ts";

test("events are the same however the stream is cut into pieces", () => {
  const event = fc.string({ unit: "grapheme" }).map((text) => JSON.stringify({ text }));
  const ends = fc.constantFrom("\n\n", "\r\n\r\n");
  fc.assert(
    fc.property(
      fc.array(event),
      ends,
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      (sent, end, sizes) => {
        const bytes = Buffer.from(
          `: a comment${end}event: x${end}${sent.map((text) => `data: ${text}${end}`).join("")}`,
        );
        const splitter = new SseSplitter();
        const seen: string[] = [];
        for (let at = 0, piece = 0; at < bytes.length; piece++) {
          const size = sizes[piece % sizes.length]!;
          seen.push(...splitter.feed(bytes.subarray(at, at + size)));
          at += size;
        }
        expect(seen).toEqual(sent);
      },
    ),
  );
});
