import { expect, test } from "vitest";
import { shellLine, shellWord } from "./index.ts";

test("an argument is quoted where a shell would take it apart", () => {
  expect(shellWord("./models/a-b_c.gguf")).toBe("./models/a-b_c.gguf");
  expect(shellWord("a b.gguf")).toBe('"a b.gguf"');
  expect(shellWord('$(x) "y"')).toBe('"\\$(x) \\"y\\""');
  expect(shellLine("llama-server", ["-m", "a b.gguf"])).toBe('llama-server -m "a b.gguf"');
});
