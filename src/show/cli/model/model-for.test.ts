import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { askingHome as home } from "./testing/home.ts";

test.each([
  ["qwen3 30b a3b", undefined, "Q4_K_M", 18.56e9],
  ["qwen3:30b", undefined, "Q4_K_M", 18.56e9],
  ["Qwen/Qwen3-30B-A3B", "q8_0", "Q8_0", 32.48e9],
  ["Qwen3-30B-A3B-Q6_K.gguf", undefined, "Q6_K", 25.09e9],
  ["Qwen3-30B-A3B:Q5_K_M", undefined, "Q5_K_M", 21.73e9],
  ["https://ollama.com/library/qwen3:30b", undefined, "Q4_K_M", 18.56e9],
  ["qwen3:30b-fp16", undefined, "F16", 61.1e9],
  ["unsloth/Qwen3-30B-A3B-GGUF", "Q4_K", "Q4_K_M", 18.56e9],
])("%s (--quant %s) is of the catalog, as %s, of its published size", async (typed, quant, fileType, published) => {
  await using here = await home();
  const { facts, path, assumptions, argument, tensors } = await here.ask(typed, quant);
  expect(facts).toMatchObject({ name: "Qwen3 30B-A3B", quantization: fileType, sizesFrom: "formula" });
  expect(facts.source).toContain("Qwen/Qwen3-30B-A3B");
  expect(Math.abs(facts.fileBytes / published - 1)).toBeLessThan(0.005);
  expect(path).toBeUndefined();
  expect(argument).toBe(`Qwen/Qwen3-30B-A3B:${fileType}`);
  expect(assumptions?.join(" ")).toMatch(/0\.3%.*10 MB/);
  expect(assumptions?.some((text) => text.includes("--quant"))).toBe(
    !/[:-](?:Q|fp)/.test(typed) && quant === undefined,
  );
  expect(tensors).toHaveLength(48 * 12 + 3);
});

test("what publishers release in four bits is asked about as that", async () => {
  await using here = await home();
  const { facts } = await here.ask("gpt oss 20b");
  expect(facts.quantization).toBe("MXFP4_MOE");
});

test("a file at hand goes before the catalog, and it is said", async () => {
  await using here = await home("Qwen3-8B-Q8_0.gguf");
  for (const typed of ["qwen3 8b", "Qwen3-8B", "Qwen/Qwen3-8B:Q8_0", "Qwen3-8B-Q8_0.gguf"]) {
    const { path, facts } = await here.ask(typed);
    expect(path, typed).toBe(here.path);
    expect(facts.name).toBe("Tiny");
    expect(here.notes.join(), typed).toContain(here.path);
  }
});

test("a quantization that is not at hand is asked of the catalog", async () => {
  await using here = await home("Qwen3-8B-Q8_0.gguf");
  expect(await here.ask("qwen3 8b", "Q4_K_M")).toMatchObject({ facts: { name: "Qwen3 8B", sizesFrom: "formula" } });
});

test("a file in another type keeps its shapes", async () => {
  await using here = await home("tiny.gguf");
  const asStored = await here.ask(here.path);
  const weights = await here.ask(here.path, "Q8_0");
  expect(weights.path).toBeUndefined();
  expect(weights.facts).toMatchObject({ quantization: "Q8_0", sizesFrom: "formula" });
  expect(weights.tensors.map(({ shape }) => shape)).toEqual(asStored.tensors.map(({ shape }) => shape));
  expect(weights.facts.fileBytes).toBeLessThan(asStored.facts.fileBytes);
});

test.each([
  ["quen3 8b", "model-unknown", "Qwen/Qwen3-8B"],
  ["zzz", "model-unknown", "nothing like it"],
  ["qwen3", "unknown-value", "Qwen3 8B"],
  ["qwen3 8b:Q9_K", "model-unknown", "Qwen/Qwen3-8B"],
  ["./no/such.gguf", "file-unreadable", "no such file"],
])("%s is a wrong question: %s, and the answer names %s", async (typed, code, named) => {
  await using here = await home();
  const error = await here.ask(typed).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code, exitCode: 2 });
  expect(`${String(error)} ${(error as { hint: string }).hint}`).toContain(named);
});

test("a file type without a recipe, and a model that a geometry cannot say, are refused with the reason", async () => {
  await using here = await home();
  await expect(here.ask("qwen3 8b", "UD-Q4_K_XL")).rejects.toMatchObject({ code: "recipe-unknown" });
  await expect(here.ask("DeepSeek-V4-Pro")).rejects.toMatchObject({ code: "model-unpredictable" });
});

test("copies of one file are one, two files of one name are a question", async () => {
  await using here = await home("Qwen3-8B-Q8_0.gguf");
  await copyFile(here.path, join(here.folder, "data/weights/tiny/Qwen3-8B-Q4_0.gguf"));
  await expect(here.ask("qwen3 8b")).rejects.toMatchObject({ code: "unknown-value" });
  expect((await here.ask("qwen3 8b", "Q4_0")).path).toContain("Q4_0");
});
