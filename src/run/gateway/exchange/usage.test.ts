import { expect, test } from "vitest";
import { Tail, usageIn } from "./usage.ts";

test("usage is found at the end, as OpenAI has it and as llama-server does", () => {
  const usage = '"usage":{"completion_tokens":8,"prompt_tokens":42,"prompt_tokens_details":{"cached_tokens":41}}';
  expect(usageIn(`data: {"choices":[],${usage}}\n\ndata: [DONE]\n\n`)).toEqual({
    promptTokens: 42,
    completionTokens: 8,
    cachedTokens: 41,
  });
  expect(usageIn('"timings":{"cache_n":40,"prompt_n":2,"predicted_n":7}')).toEqual({
    promptTokens: 42,
    completionTokens: 7,
    cachedTokens: 40,
  });
  expect(usageIn("data: [DONE]\n\n")).toBeUndefined();
});

test("a model that writes about usage is not taken for it", () => {
  const text = JSON.stringify({ choices: [{ delta: { content: '{"prompt_tokens": 5}' } }] });
  expect(usageIn(text)).toBeUndefined();
});

test("the last two pieces are looked at together", () => {
  const tail = new Tail();
  for (const piece of ["much before", '{"usage":{"prompt_tok', 'ens":3,"completion_tokens":4}}'])
    tail.add(Buffer.from(piece));
  expect(tail.usage()).toEqual({ promptTokens: 3, completionTokens: 4, cachedTokens: 0 });
});
