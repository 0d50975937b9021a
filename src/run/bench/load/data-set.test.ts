import { expect, test } from "vitest";
import { openWorkload } from "../../../predict/index.ts";
import { readDataSet, withData } from "./data-set.ts";

const SHAREGPT = JSON.stringify([
  {
    id: "a",
    conversations: [
      { from: "human", value: "What is a shoe?" },
      { from: "gpt", value: "x".repeat(400) },
    ],
  },
  { id: "b", conversations: [{ from: "gpt", value: "no question" }] },
  { id: "c", conversations: [{ from: "user", value: "Only asked" }] },
]);
const LINES = [
  '{"prompt": "One", "output_tokens": 5}',
  '{"messages": [{"role": "system", "content": "Be short."}, {"role": "user", "content": "Two"}], "max_tokens": 7}',
  '{"nothing": true}',
  "broken",
  "",
].join("\n");

test("ShareGPT: the first question, and the length of its answer", () => {
  const data = readDataSet(SHAREGPT, "x.json", 1);
  expect(data).toMatchObject({ form: "sharegpt", entries: 2, skipped: 1 });
  const both = [data.entryOf(0), data.entryOf(1)];
  expect(both).toContainEqual({ messages: [{ role: "user", content: "What is a shoe?" }], outputTokens: 100 });
  expect(both).toContainEqual({ messages: [{ role: "user", content: "Only asked" }] });
  expect(data.entryOf(2)).toBe(data.entryOf(0));
});

test("own lines, and what is no prompt is counted", () => {
  const data = readDataSet(LINES, "x.jsonl", 1);
  expect(data).toMatchObject({ form: "jsonl", entries: 2, skipped: 2 });
  expect(() => readDataSet("{}\n", "x.jsonl", 1)).toThrow(/x\.jsonl holds no prompts/);
  expect(() => readDataSet("[1", "x.json", 1)).toThrow(/holds no prompts/);
});

test("a workload takes the lengths of its data", () => {
  const shape = { prompt: { kind: "fixed", tokens: 9 }, output: { kind: "fixed", tokens: 33 } } as const;
  const plain = openWorkload({ kind: "constant", ratePerSec: 1 }, { requests: 4 }, shape, 1);
  const over = withData(plain, readDataSet(SHAREGPT, "x.json", 1));
  expect(over.scheduled.map((request) => request.atMs)).toEqual(plain.scheduled.map((request) => request.atMs));
  expect(over.scheduled.map((request) => request.outputTokens).sort((a, b) => a - b)).toEqual([33, 33, 100, 100]);
});
