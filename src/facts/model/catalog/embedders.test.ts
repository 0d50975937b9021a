import { expect, it } from "vitest";
import { embedsTexts, readsWhole } from "../embedder.ts";
import { tensorList } from "../tensors/index.ts";
import { EMBEDDERS, findModel, geometryFromRow, MODELS, SOURCES } from "./index.ts";

it("has rows of models that write nothing, apart from those that do, each with a source", () => {
  expect(EMBEDDERS.length).toBeGreaterThanOrEqual(25);
  const ids = [...MODELS, ...EMBEDDERS].flatMap(({ id, aliases = [] }) => [id, ...aliases]);
  expect(new Set(ids).size).toBe(ids.length);
  for (const row of EMBEDDERS) {
    expect(row.released).toMatch(/^20\d\d-\d\d$/);
    for (const source of row.sources) expect(SOURCES[source]).toBeDefined();
    expect(row.recalled, row.id).toContain("geometry");
    const geometry = geometryFromRow(row)!;
    expect(embedsTexts(geometry), row.id).toBe(true);
    expect(geometry.pooling === "rank", row.id).toBe(row.classifier !== undefined);
  }
});

/**
 * Counts that publishers state include what no GGUF file has: a dense layer and bias that BERT's classes put behind the first token,
 * two positions for padding (XLM-RoBERTa), and the two matrices behind EmbeddingGemma's mean.
 */
it("counts the weights that publishers state, but for those that files leave out", () => {
  let listed = 0;
  for (const row of EMBEDDERS) {
    const tensors = tensorList(geometryFromRow(row)!)!;
    const weights = tensors.reduce((sum, { shape }) => sum + shape.reduce((product, length) => product * length, 1), 0);
    const { text, stated = text, listed: published } = row.parameters;
    expect(text, row.id).toBe(weights);
    expect(
      row.parts.reduce((sum, part) => sum + part, 0),
      row.id,
    ).toBe(text);
    expect(Math.abs(text / stated - 1), row.id).toBeLessThan(0.025);
    if (published === undefined) continue;
    listed += 1;
    const { width } = row;
    const pooler = width * width + width;
    const padding = 2 * width;
    expect([0, pooler, padding, pooler + padding, 2 * width * 3072], row.id).toContain(published - text);
  }
  expect(listed).toBeGreaterThanOrEqual(20);
});

it("finds them by what people type, and reads those that look both ways in one step", () => {
  for (const [typed, id] of [
    ["BGE-M3", "BAAI/bge-m3"],
    ["nomic-embed-text", "nomic-ai/nomic-embed-text-v1.5"],
    ["embeddinggemma", "google/embeddinggemma-300m"],
    ["mixedbread-ai/mxbai-embed-large-v1", "BAAI/bge-large-en-v1.5"],
    ["qwen3-embedding:0.6b", "Qwen/Qwen3-Embedding-0.6B"],
  ] as const) {
    const match = findModel(typed);
    expect(match.kind === "found" && match.row.id, typed).toBe(id);
  }
  const whole = (id: string) => readsWhole(geometryFromRow(EMBEDDERS.find((row) => row.id === id)!)!);
  expect(whole("BAAI/bge-m3")).toBe(true);
  expect(whole("Qwen/Qwen3-Reranker-0.6B")).toBe(true);
  // a cache, and the last row alone counts: a server may cut the text
  expect(whole("Qwen/Qwen3-Embedding-0.6B")).toBe(false);
});
