import { Ajv2020 } from "ajv/dist/2020.js";
import {
  anything,
  array,
  assert,
  constantFrom,
  dictionary,
  integer,
  jsonValue,
  oneof,
  property,
  string,
} from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { passes, type Check } from "./checks.ts";
import { matches } from "./json-schema.ts";
import { reasoningTasks } from "./reasoning.ts";
import { readSuite, type Suite } from "./suite.ts";

const list = (items: number, more: object = {}): Check => ({ kind: "list", items, style: "numbered", ...more });

describe("checks", () => {
  it.each<[string, Check, string, boolean]>([
    ["exact list", list(2), "1. apple\n2. pear", true],
    ["one item too many", list(2), "1. apple\n2. pear\n3. plum", false],
    ["wrong number", list(2), "1. apple\n3. pear", false],
    ["a word before", list(2), "Sure:\n1. apple\n2. pear", false],
    ["dashes", list(2, { style: "dashed" }), "- apple\n\n- pear\n", true],
    ["words of an item", list(1, { wordsPerItem: 2 }), "1. Silent Water", true],
    ["too many words", list(1, { wordsPerItem: 2 }), "1. The Silent Water", false],
    ["a word of its own", { kind: "word", anyOf: ["klein"] }, "Klein.", true],
    ["part of a word", { kind: "word", anyOf: ["klein"] }, "kleiner", false],
    ["no spaces in the script", { kind: "word", anyOf: ["夏天"] }, "是夏天。", true],
    ["full-width digit", { kind: "word", anyOf: ["7"] }, "７日", true],
    ["marked answer", { kind: "number", answer: 42 }, "6 * 7 = 42\nAnswer: 42 balls of 100", true],
    ["last number", { kind: "number", answer: 1042 }, "first 7, then 1,042.", true],
    ["thoughts left out", { kind: "number", answer: 7 }, "<think>Answer: 3</think>Answer: 7", true],
    ["thoughts that never end", { kind: "number", answer: 3 }, "<think>Answer: 3", false],
    ["fenced JSON", { kind: "json", schema: { type: "object" } }, "```json\n{}\n```", false],
    ["plain JSON", { kind: "json", schema: { type: "object" } }, " {}\n", true],
  ])("%s", (_, check, reply, passed) => expect(passes(check, reply)).toBe(passed));

  it("judges any reply without a fault", () => {
    const checks: Check[] = [list(3), { kind: "word", anyOf: ["a.b("] }, { kind: "number", answer: 1 }];
    assert(property(string(), constantFrom(...checks), (reply, check) => void passes(check, reply)));
  });
});

describe("tasks", () => {
  let suite: Suite;
  beforeAll(async () => {
    suite = await readSuite();
  });

  it("agrees with a whole validator of JSON Schema on every schema of the tasks", () => {
    const ajv = new Ajv2020({ strict: false });
    const value = oneof(
      jsonValue(),
      dictionary(constantFrom("name", "age", "hobbies", "sure"), anything()),
      array(integer()),
    );
    for (const { check } of suite.tasks) {
      if (check.kind !== "json") continue;
      const validate = ajv.compile(check.schema);
      const agrees = property(value, (one) => {
        expect(matches(check.schema, one)).toBe(validate(one));
      });
      assert(agrees, { numRuns: 50 });
    }
    const schema = suite.tasks.find(({ id }) => id === "json-person")!.check;
    if (schema.kind !== "json") throw new Error("the task has changed");
    const person = (age: number, hobbies: string[]) => ({ name: "Ann", age, hobbies });
    for (const [one, right] of [
      [person(30, ["a", "b", "c"]), true],
      [person(130, ["a", "b", "c"]), false],
      [person(30, ["a", "b"]), false],
      [{ ...person(30, ["a", "b", "c"]), more: 1 }, false],
    ] as const) {
      expect(matches(schema.schema, one)).toBe(right);
      expect(ajv.validate(schema.schema, one)).toBe(right);
    }
  });

  it("has ids of its own for every task and passage, and no check that an empty reply passes", () => {
    const ids = [...suite.tasks.map(({ id }) => id), ...suite.passages.map(({ id }) => id)];
    expect(new Set(ids).size).toBe(ids.length);
    for (const { check } of suite.tasks) expect(passes(check, "")).toBe(false);
  });

  it("makes the same reasoning tasks from a seed, whose first answer a person can redo", () => {
    expect(reasoningTasks(6, 9)).toEqual(reasoningTasks(6, 9));
    expect(reasoningTasks(6, 9)).not.toEqual(reasoningTasks(6, 10));
    for (const { check, prompt } of reasoningTasks(20, 1).filter((_, index) => index % 2 === 0)) {
      // redone from the words alone
      let balls = 0;
      for (const sentence of prompt.split(". ")) {
        const amount = Number(/\d+/.exec(sentence)?.[0]);
        if (sentence.startsWith("A box holds")) balls = amount;
        else if (sentence.startsWith("As many")) balls *= 2;
        else if (sentence.startsWith("Half")) balls /= 2;
        else if (/balls are added/.test(sentence)) balls += amount;
        else if (/balls are taken out/.test(sentence)) balls -= amount;
      }
      expect(check).toEqual({ kind: "number", answer: balls });
    }
  });
});
