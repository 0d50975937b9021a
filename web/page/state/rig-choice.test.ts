import { array, assert, constantFrom, integer, property, record } from "fast-check";
import { expect, test } from "vitest";
import { changed } from "./flags.ts";
import { cardsOf, gpuFlags, memoryOf, rigKind, rigOfKind, type RigKind } from "./rig-choice.ts";

const KINDS: readonly RigKind[] = ["here", "memory", "cards", "none"];

test("a kind of rig is what it is taken for, whatever was described before", () => {
  assert(
    property(array(constantFrom(...KINDS), { minLength: 1 }), (kinds) => {
      let flags = changed({}, { model: "m" });
      for (const kind of kinds) flags = changed(flags, rigOfKind(kind));
      expect(rigKind(flags)).toBe(kinds.at(-1));
      expect(flags["model"]).toBe("m");
    }),
  );
});

test("cards keep their counts in words", () => {
  const cards = array(
    record({
      name: constantFrom("rtx-3090", "rx-7900-xtx", "x2-card", "apple-m4:64GB"),
      count: integer({ min: 1, max: 16 }),
    }),
  );
  assert(
    property(cards, (list) => {
      expect(cardsOf({ gpu: gpuFlags(list) })).toEqual(list);
    }),
  );
  expect(gpuFlags([{ name: "a", count: 0 }])).toEqual([]);
});

test("memory alone is a size and how often", () => {
  expect(memoryOf({ vram: ["16GB", "16GB"] })).toEqual({ size: "16GB", count: 2 });
  expect(memoryOf({})).toEqual({ size: "24GB", count: 1 });
});
