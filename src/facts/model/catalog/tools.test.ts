import { expect, test } from "vitest";
import { MODELS, toolsFacts } from "./index.ts";

test.each([
  ["Qwen/Qwen3-8B", true],
  ["openai/gpt-oss-20b", true],
  ["google/gemma-2-9b-it", false],
  ["Qwen/Qwen3-VL-8B-Instruct", undefined],
  ["microsoft/phi-4", undefined],
])("%s: %s", (id, tools) => expect(toolsFacts(id)?.tools).toBe(tools));

test("every fact names the template that says it", () => {
  const known = MODELS.flatMap(({ id }) => toolsFacts(id) ?? []);
  expect(known.length).toBeGreaterThan(50);
  for (const { source } of known) expect(source).toMatch(/^chat template \S+, as carried by llama\.cpp b11434/);
});
