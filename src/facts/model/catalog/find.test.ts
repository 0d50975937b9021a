import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findModel, MODELS } from "./index.ts";

describe("what people type", () => {
  it.each([
    ["qwen3 30b a3b", "Qwen/Qwen3-30B-A3B", undefined],
    ["Qwen3 30B-A3B", "Qwen/Qwen3-30B-A3B", undefined],
    ["qwen3:30b", "Qwen/Qwen3-30B-A3B", undefined],
    ["Qwen/Qwen3-30B-A3B", "Qwen/Qwen3-30B-A3B", undefined],
    ["https://huggingface.co/Qwen/Qwen3-30B-A3B", "Qwen/Qwen3-30B-A3B", undefined],
    ["hf:unsloth/Qwen3-30B-A3B-GGUF:Q4_K_M", "Qwen/Qwen3-30B-A3B", "Q4_K_M"],
    ["bartowski/Qwen_Qwen3-8B-GGUF", "Qwen/Qwen3-8B", undefined],
    ["google_gemma-3-4b-it-IQ4_XS.gguf", "google/gemma-3-4b-it", "IQ4_XS"],
    ["llama3.1:8b-instruct-q4_K_M", "meta-llama/Llama-3.1-8B-Instruct", "Q4_K_M"],
    ["Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf", "meta-llama/Llama-3.1-8B-Instruct", "Q4_K_M"],
    ["models/qwen2.5-7b-instruct-q8_0-00001-of-00003.gguf", "Qwen/Qwen2.5-7B-Instruct", "Q8_0"],
    ["C:\\models\\Qwen3.6-35B-A3B-UD-Q4_K_XL.gguf", "Qwen/Qwen3.6-35B-A3B", "UD-Q4_K_XL"],
    ["SmolLM2-135M-Instruct.Q4_1.gguf", "HuggingFaceTB/SmolLM2-135M-Instruct", "Q4_1"],
    ["GPT OSS 20B", "openai/gpt-oss-20b", undefined],
    ["mistral nemo", "mistralai/Mistral-Nemo-Instruct-2407", undefined],
    ["qwen3 30b", "Qwen/Qwen3-30B-A3B", undefined],
    ["llama 3.1 8b q5_k_m", "meta-llama/Llama-3.1-8B-Instruct", "Q5_K_M"],
  ])("%s", (typed, id, fileType) => {
    const match = findModel(typed);
    expect(match.kind === "found" && match.row.id).toBe(id);
    expect(match.fileType).toBe(fileType);
  });

  it("finds another model of the same dimensions, with its own context", () => {
    expect(findModel("Qwen3-30B-A3B-Instruct-2507-Q6_K.gguf")).toMatchObject({
      kind: "found",
      row: { id: "Qwen/Qwen3-30B-A3B" },
      id: "Qwen/Qwen3-30B-A3B-Instruct-2507",
      context: 262_144,
    });
  });
});

it.each(["gpt-oss", "gemma 3", "llama", "qwen3", "mixtral", "qwen3 vl"])("does not choose for %s", (typed) => {
  const match = findModel(typed);
  expect(match.kind === "several" && match.rows.length).toBeGreaterThan(1);
});

it.each([
  ["quen3 8b", "Qwen/Qwen3-8B"],
  ["lama 3.1 8b", "meta-llama/Llama-3.1-8B-Instruct"],
  ["gemma3 28b", "google/gemma-3-27b-it"],
  ["gptoss 20b", "openai/gpt-oss-20b"],
])("suggests for %s", (typed, id) => {
  const match = findModel(typed);
  expect(match.kind === "none" && match.near.map((row) => row.id)).toContain(id);
});

it("knows nothing like it", () => {
  expect(findModel("zzz")).toEqual({ kind: "none", near: [] });
  expect(findModel("")).toEqual({ kind: "none", near: [] });
});

it("finds every row by each of its names", () => {
  for (const row of MODELS) {
    const file = `${row.id.split("/")[1]}-Q4_K_M.gguf`;
    const tags = [row.ollama, row.ollamaGuess].filter((tag) => tag !== undefined);
    for (const typed of [row.id, row.name, file, ...(row.aliases ?? []), ...tags]) {
      const match = findModel(typed);
      expect(match.kind === "found" && match.row.id, typed).toBe(row.id);
    }
  }
});

it("never throws, whatever is typed", () => {
  fc.assert(fc.property(fc.string(), (typed) => void findModel(typed)));
});
