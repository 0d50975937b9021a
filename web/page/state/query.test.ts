import { array, assert, constantFrom, dictionary, property, string } from "fast-check";
import { expect, test } from "vitest";
import { changed, FLAG_NAMES, FLAG_ORDER, sameFlags, valuesOf, type Change } from "./flags.ts";
import { askedBy, queryOf } from "./query.ts";

const changes = dictionary(
  constantFrom(...FLAG_ORDER),
  array(string({ unit: "binary", minLength: 1 }), { minLength: 1, maxLength: 3 }),
);

const questions = changes.map((change) => changed({}, change satisfies Change));

test("an address carries a question and those beside it, whatever was typed", () => {
  assert(
    property(questions, array(questions, { maxLength: 3 }), (flags, beside) => {
      const pinned = beside.filter((one) => Object.keys(one).length > 0);
      expect(askedBy(queryOf({ flags, pinned }))).toEqual({ flags, pinned });
    }),
  );
});

test("an address reads as the command line does", () => {
  const flags = { model: "Qwen/Qwen3-8B:Q4_K_M", gpu: ["2xrtx-3090", "rtx-4060"], ram: "64GB", context: "32k" };
  const query = "model=Qwen/Qwen3-8B:Q4_K_M&gpu=2xrtx-3090&gpu=rtx-4060&ram=64GB&context=32k";
  expect(queryOf({ flags, pinned: [] })).toBe(query);
  expect(askedBy(`?${query}`).flags).toEqual(flags);
});

test("what nobody knows, what is empty and what is too much is passed over", () => {
  expect(askedBy("?constructor=1&model=&utm_source=x&users=4&users=5")).toEqual({ flags: { users: "4" }, pinned: [] });
  const many = Array.from({ length: 9 }, () => "with=model%3Da").join("&");
  expect(askedBy(many).pinned).toEqual([{ model: "a" }, { model: "a" }, { model: "a" }]);
  expect(askedBy("with=&with=nothing").pinned).toEqual([]);
});

test("any text is an address", () => {
  assert(
    property(string({ unit: "binary" }), (text) => {
      const asked = askedBy(text);
      expect(askedBy(queryOf(asked))).toEqual(asked);
    }),
  );
});

test("a change keeps the order of names, takes away what is undefined or empty, and is the same made twice", () => {
  assert(
    property(questions, changes, (flags, change) => {
      const after = changed(flags, change);
      expect(Object.keys(after)).toEqual(FLAG_ORDER.filter((name) => after[name] !== undefined));
      expect(sameFlags(changed(after, change), after)).toBe(true);
      for (const name of FLAG_ORDER)
        expect(Array.isArray(after[name] ?? [])).toBe(FLAG_NAMES[name] === "many" || after[name] === undefined);
    }),
  );
  expect(changed({ model: "a", users: "4" }, { users: undefined, gpu: [] })).toEqual({ model: "a" });
  expect(valuesOf({ gpu: ["a", "b"] }, "gpu")).toEqual(["a", "b"]);
});
