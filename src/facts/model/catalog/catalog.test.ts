import { describe, expect, it } from "vitest";
import { parameterCount } from "../parameter-count.ts";
import type { Geometry } from "../geometry.ts";
import { ARCHITECTURES } from "../architectures.ts";
import { keptElements } from "../kept.ts";
import { tensorList } from "../tensors/index.ts";
import { geometryFromRow, licenseFacts, MODELS, SOURCES, withoutGeometry } from "./index.ts";

const rowOf = (id: string) => MODELS.find((row) => row.id === id)!;

it("has rows that make sense, each with a source", () => {
  expect(MODELS).toHaveLength(245);
  expect(new Set(MODELS.map(({ id }) => id)).size).toBe(MODELS.length);
  for (const row of MODELS) {
    expect(row.id).toMatch(/^[\w.-]+\/[\w.-]+$/);
    expect(row.released).toMatch(/^20\d\d-\d\d(-\d\d)?$/);
    expect(row.sources.length, row.id).toBeGreaterThan(0);
    for (const source of row.sources) expect(SOURCES[source]).toBeDefined();
    expect(row.heads % row.kvHeads, row.id).toBe(0);
    if (row.full) expect(Math.max(-1, ...row.full), row.id).toBeLessThan(row.layers);
    if (row.pattern) expect(row.pattern, row.id).toHaveLength(row.layers);
    if (row.basis === "recalled") expect(row.recalled, row.id).toContain("geometry");
  }
});

it("counts the same weights by parts as in all, and those that the publisher states", () => {
  let exact = 0;
  for (const { id, parts, parameters } of MODELS) {
    expect(parts).toHaveLength(7);
    expect(
      parts.reduce((sum, part) => sum + part, 0),
      id,
    ).toBe(parameters.text);
    const { text, active = text, mtp = 0, vision = 0, audio = 0, stated, listed } = parameters;
    expect(active, id).toBeLessThanOrEqual(text);
    // publishers count with or without the encoders and the blocks for multi-token prediction
    const sums = [text, text + vision + audio, text + mtp, text + mtp + vision + audio];
    const nearest = Math.min(...sums.map((sum) => Math.abs(sum / (stated ?? text) - 1)));
    // and round
    expect(nearest, id).toBeLessThan(0.025);
    if (sums.includes(listed ?? 0)) exact += 1;
  }
  expect(exact).toBeGreaterThanOrEqual(176);
});

it("counts weights tensor by tensor where the tensors are written down", () => {
  let counted = 0;
  const differing: Record<string, number> = {};
  for (const row of MODELS) {
    const geometry = geometryFromRow(row);
    const tensors = geometry && tensorList(geometry);
    if (!tensors) continue;
    counted += 1;
    const weights = parameterCount(tensors.map((tensor) => ({ ...tensor, type: "F32", bytes: 0, offset: 0, file: 0 })));
    if (weights !== row.parameters.text) differing[row.id] = weights - row.parameters.text;
  }
  expect(counted).toBeGreaterThanOrEqual(235);
  expect(differing).toEqual(WITHOUT_SMALL_TENSORS);
});

it("counts the weights of every row from its geometry and finds the stated count, but of those named here", () => {
  const uncounted: Record<string, string> = {};
  for (const row of MODELS) {
    const geometry = geometryFromRow(row);
    const tensors = geometry && tensorList(geometry);
    if (!tensors) {
      uncounted[row.id] = withoutGeometry(row) ?? `tensors of ${row.architecture}`;
      continue;
    }
    const weights = tensors.reduce((sum, { shape }) => sum + shape.reduce((product, length) => product * length, 1), 0);
    const { stated, mtp = 0, vision = 0, audio = 0 } = row.parameters;
    // publishers count with or without the encoders and the blocks for multi-token prediction, and round
    const sums = [weights, weights + vision + audio, weights + mtp, weights + mtp + vision + audio];
    if (stated !== undefined)
      expect(Math.min(...sums.map((sum) => Math.abs(sum / stated - 1))), row.id).toBeLessThan(0.025);
  }
  expect(uncounted).toEqual(UNCOUNTED);
});

it("counts the blocks for multi-token prediction as published", () => {
  let counted = 0;
  for (const row of MODELS) {
    const [plain, all] = [false, true].map((mtp) => tensorList(geometryFromRow(row, { mtp }) ?? NOTHING));
    if (!plain || !all || row.mtpLayers === undefined) continue;
    counted += 1;
    const elements = (tensors: typeof plain) =>
      tensors.reduce((sum, { shape }) => sum + shape.reduce((product, length) => product * length, 1), 0);
    // GLM-4.7 has norms of queries and keys there too
    expect((row.parameters.mtp ?? 0) - (elements(all) - elements(plain)), row.id).toBe(
      row.id === "zai-org/GLM-4.7" ? 256 : 0,
    );
  }
  expect(counted).toBeGreaterThanOrEqual(19);
});

/** Rows that give no list of tensors: something a geometry cannot say, or tensors that are not written down. */
const UNCOUNTED: Readonly<Record<string, string>> = {
  "deepseek-ai/DeepSeek-V4-Flash": "it has compressed attention, which a geometry cannot say",
  "meta-llama/Llama-3.2-11B-Vision-Instruct": "it has cross-attention to images, which a geometry cannot say",
  "Qwen/Qwen3.8-Flash-Next": "it has n-gram embedding, which a geometry cannot say",
  "deepseek-ai/DeepSeek-V4.1-Flash": "llama.cpp has no architecture for it",
  "deepseek-ai/DeepSeek-V4-Pro": "it has compressed attention, which a geometry cannot say",
};

/** A geometry that no tensors are known for. */
const NOTHING: Geometry = {
  architecture: "",
  embeddingLength: 0,
  vocabularySize: 0,
  contextLength: 0,
  tiedEmbeddings: true,
  layers: [],
};

/**
 * Biases and norms that some models of an architecture have and others do not, which no dimension says, and those of experts
 * that published totals leave out: at most 0.002% of a model.
 */
const WITHOUT_SMALL_TENSORS: Readonly<Record<string, number>> = {
  // converters make the embedding of every layer as long as the vocabulary
  "google/gemma-3n-E2B-it": 2_027_520,
  "google/gemma-3n-E4B-it": 2_365_440,
  "meta/Muse-Glimmer-30B": 6656,
  "moonshotai/Kimi-K3": 1_670_144,
  "XiaomiMiMo/MiMo-V2-Flash": 12_032,
  "XiaomiMiMo/MiMo-V2.5-Pro": 26_496,
  "mistralai/Mistral-Large-3-675B-Instruct-2512": 7424,
  "upstage/Solar-Open-100B": 491_520,
  "zai-org/GLM-4-9B-0414": -184_320,
  "zai-org/GLM-4.6V-Flash": -184_320,
  "zai-org/GLM-4.7": -23_552,
};

describe("geometry of a row", () => {
  it("is there for all but those that say why", () => {
    const without = MODELS.filter((row) => withoutGeometry(row) !== undefined);
    expect(without.length).toBeLessThanOrEqual(19);
    for (const row of MODELS) expect(geometryFromRow(row) === undefined, row.id).toBe(without.includes(row));
  });

  it("has the windows that the architecture's own period gives", () => {
    for (const row of MODELS) {
      const geometry = geometryFromRow(row);
      const window = geometry && ARCHITECTURES[geometry.architecture]?.window;
      if (!row.window || !window || window.period < 2) continue;
      const layers = geometry.layers.map(({ mixer }) => mixer.kind === "attention" && mixer.span !== "full");
      const full = window.fullFirst ? 0 : window.period - 1;
      const usual = layers.map((_, layer) => layer % window.period !== full);
      expect(layers, row.id).toEqual(usual);
    }
  });

  it.each([
    // cache elements of a token (all layers see everything, window layers), states of a sequence
    ["Qwen/Qwen3.6-27B", 32_768, 0, 37_748_736 + 1_474_560],
    ["meta-llama/Llama-3.1-8B-Instruct", 65_536, 0, 0],
    ["deepseek-ai/DeepSeek-V3", 35_136, 0, 0],
    ["openai/gpt-oss-20b", 12_288, 12_288, 0],
    ["google/gemma-4-E2B-it", 3072, 6144, 0],
    ["tiiuae/Falcon-H1-0.5B-Instruct", 9216, 0, 7_077_888 + 193_536],
    ["moonshotai/Kimi-Linear-48B-A3B-Instruct", 4032, 0, 10_485_760 + 737_280],
    ["LiquidAI/LFM2-8B-A1B", 6144, 0, 73_728],
    ["ai21labs/AI21-Jamba-Mini-1.7", 8192, 0, 3_670_016 + 688_128],
    ["nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16", 3072, 0, 12_058_624 + 423_936],
  ])("%s keeps %i elements a token, %i in windows, and %i a sequence", (id, full, windowed, state) => {
    const kept = keptElements(geometryFromRow(rowOf(id))!);
    expect([kept.perToken, kept.perWindowToken, kept.state]).toEqual([full, windowed, state]);
  });

  it("ignores a window that the engine does not read", () => {
    const { layers } = geometryFromRow(rowOf("mistralai/Mistral-7B-Instruct-v0.1"))!;
    expect(layers.every(({ mixer }) => mixer.kind === "attention" && mixer.span === "full")).toBe(true);
  });
});

it.each([
  ["apache-2.0", "open"],
  ["mit", "open"],
  ["cc-by-nc-4.0", "non-commercial"],
  ["EXAONE AI Model License (non-commercial)", "non-commercial"],
  ["Llama 3.1 Community License", "conditions"],
  ["Gemma Terms of Use", "conditions"],
  ["a licence of next year", "conditions"],
])("%s means %s", (license, use) => expect(licenseFacts(license)).toEqual({ use }));
