import fc from "fast-check";
import { expect, test } from "vitest";
import { bar, columns, visible, wrap } from "./layout.ts";
import { styleFor } from "./style.ts";
import { nearest } from "../../../plan/ask/flags/index.ts";

test("a bar has its width whatever the share", () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1, max: 2, noNaN: true }),
      fc.integer({ min: 1, max: 40 }),
      (share, width) => bar(share, width).length === width,
    ),
  );
  expect(bar(0.5, 4)).toBe("██··");
});

test("columns line up, wrap the last one and stay within the width", () => {
  const rows = [
    ["context", "8k", "room for a long chat and a document; more context costs memory whether it is used or not"],
    ["users", "1", "one"],
  ];
  const lines = columns(rows, [1], 50);
  expect(Math.max(...lines.map(visible))).toBeLessThanOrEqual(50);
  expect(lines[0]).toMatch(/^context {2}8k {2}room/);
  expect(lines.at(-1)).toBe("users     1  one");
});

test("wrapping keeps every word", () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 30 }), (words) => {
      const lines = wrap(words.join(" "), 20);
      expect(lines.join(" ")).toBe(words.join(" "));
      expect(lines.every((line) => visible(line) <= 20)).toBe(true);
    }),
  );
});

test("colours only on a terminal, never under NO_COLOR", () => {
  expect(styleFor({ isTTY: false }, {}).good("fits")).toBe("fits");
  expect(styleFor({ isTTY: true }, { NO_COLOR: "1" }).good("fits")).toBe("fits");
  const green = styleFor({ isTTY: true }, {}).good("fits");
  expect(green).not.toBe("fits");
  expect(visible(green)).toBe(4);
});

test("the nearest name", () => {
  expect(nearest("fti", ["fit", "explain", "probe"])).toBe("fit");
  expect(nearest("recipts", ["models", "receipts"])).toBe("receipts");
});
