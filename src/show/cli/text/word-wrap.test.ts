import fc from "fast-check";
import { expect, test } from "vitest";
import { visible } from "./layout.ts";
import { wordWrap } from "./word-wrap.ts";

test("words stay whole, however the stream is cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1, maxLength: 40 }),
      fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 8 }),
      (words, cuts) => {
        const text = words.join(" ");
        const wrap = wordWrap(4, 20);
        let out = "    ";
        for (let at = 0, cut = 0; at < text.length; cut++) {
          const length = cuts[cut % cuts.length]!;
          out += wrap.push(text.slice(at, at + length));
          at += length;
        }
        out += wrap.flush();
        expect(out.split(/\s+/).filter(Boolean)).toEqual(words);
        for (const line of out.split("\n")) expect(visible(line)).toBeLessThanOrEqual(20);
      },
    ),
  );
});

test("line breaks of the text are kept, and a word longer than the line is written as it is", () => {
  const wrap = wordWrap(2, 10);
  expect(wrap.push("one\ntwo abcdefghijkl three") + wrap.flush()).toBe("one\n  two\n  abcdefghijkl\n  three");
});
