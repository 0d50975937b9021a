import { expect, test } from "vitest";
import { MODELS, toolsFacts } from "./index.ts";

test.each([
  ["Qwen/Qwen3-8B", true],
  ["openai/gpt-oss-20b", true],
  ["google/gemma-2-9b-it", false],
  ["Qwen/Qwen3-VL-8B-Instruct", true],
  ["microsoft/phi-4", false],
  ["microsoft/Phi-4-mini-instruct", undefined],
  ["deepseek-ai/DeepSeek-V4.1-Flash", true],
  ["google/gemma-3-4b-it", false],
  ["google/gemma-3n-E4B-it", undefined],
  ["zai-org/GLM-4.7-Flash", true],
])("%s: %s", (id, tools) => expect(toolsFacts(id)?.tools).toBe(tools));

test("every fact names who says it", () => {
  const known = MODELS.flatMap(({ id }) => toolsFacts(id) ?? []);
  expect(known.length).toBeGreaterThan(130);
  for (const { source } of known) expect(source).toMatch(/b11434|20\d\d|header/);
});
