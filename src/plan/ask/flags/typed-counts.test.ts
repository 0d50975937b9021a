import fc from "fast-check";
import { expect, test } from "vitest";
import { joinCounts } from "./typed-counts.ts";

test.each([
  [
    ["fit", "--gpu", "2x", "rtx-3090", "m.gguf"],
    ["fit", "--gpu", "2x rtx-3090", "m.gguf"],
  ],
  [
    ["fit", "--node", "big:2x", "rtx-3090"],
    ["fit", "--node", "big:2x rtx-3090"],
  ],
  [
    ["fit", "m.gguf", "--gpu", "2xrtx-3090"],
    ["fit", "m.gguf", "--gpu", "2xrtx-3090"],
  ],
  [
    ["fit", "--gpu", "2x"],
    ["fit", "--gpu", "2x"],
  ],
  [
    ["fit", "--gpu", "2x", "--json"],
    ["fit", "--gpu", "2x", "--json"],
  ],
  [
    ["fit", "--", "--gpu", "2x", "m.gguf"],
    ["fit", "--", "--gpu", "2x", "m.gguf"],
  ],
])("%j is read as %j", (typed, read) => {
  expect(joinCounts(typed)).toEqual(read);
});

test("nothing is lost or turned around", () => {
  const word = fc.oneof(fc.string(), fc.constantFrom("--gpu", "2x", "--node", "a:2x", "--", "rtx-3090"));
  fc.assert(
    fc.property(fc.array(word), (typed) => {
      expect(joinCounts(typed).join(" ")).toBe(typed.join(" "));
    }),
  );
});
