import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fieldsOf, listOf } from "../../http/index.ts";
import type { RunningServer, ServerSpec } from "../../server.ts";
import { post } from "../../testing/server-client.ts";
import { writeSmallModels } from "../../testing/small-model.ts";
import { embeddedServer } from "../server.ts";
import { writeRankingModel } from "../testing/ranking-model.ts";

const spec = (modelPath: string, use: "embed" | "rerank"): ServerSpec => ({
  name: "vectors",
  modelPath,
  use,
  backend: "cpu",
  threads: 1,
  settings: {
    context: 256,
    sequences: 1,
    unifiedCache: false,
    batch: 64,
    microBatch: 64,
    flashAttention: true,
    cacheTypeK: "f16",
    cacheTypeV: "f16",
    gpuLayers: 0,
  },
});

let folder: string;
let embeds: RunningServer;
let ranks: RunningServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "loadout-"));
  const ranking = join(folder, "ranking.gguf");
  writeRankingModel(ranking);
  const { own } = writeSmallModels(folder);
  embeds = await embeddedServer().start(spec(own, "embed"));
  ranks = await embeddedServer().start(spec(ranking, "rerank"));
});
afterAll(async () => {
  await Promise.all([embeds.stop(), ranks.stop()]);
  rmSync(folder, { recursive: true });
});

describe("vectors of the embedded engine", () => {
  const vectors = async (input: unknown, more: object = {}) => {
    const { body } = await post(embeds, "/v1/embeddings", { input, ...more });
    return listOf(body["data"]).map((row) => fieldsOf(row)["embedding"]);
  };

  it("have length 1 and belong to their texts, whatever else is in the request", async () => {
    expect(embeds.abilities).toMatchObject({ embeddings: true, chat: false, preemption: "none", slots: 1 });
    const [sea, hill] = await vectors(["the sea", "a hill"]);
    expect(Math.hypot(...listOf(sea).map(Number))).toBeCloseTo(1, 5);
    expect(sea).not.toEqual(hill);
    expect(await vectors("the sea")).toEqual([sea]);
  });

  it("come as base64 where they are asked for so", async () => {
    const [plain] = await vectors("the sea");
    const [packed] = await vectors("the sea", { encoding_format: "base64" });
    const bytes = Buffer.from(String(packed), "base64");
    const floats = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
    expect([...floats]).toEqual(listOf(plain).map((value) => Math.fround(Number(value))));
  });

  it("count their tokens, and refuse more than one step holds", async () => {
    const { body } = await post(embeds, "/v1/embeddings", { input: ["the sea", "a hill"] });
    expect(body["usage"]).toMatchObject({ prompt_tokens: expect.any(Number), total_tokens: expect.any(Number) });
    const long = await post(embeds, "/v1/embeddings", { input: "the sea ".repeat(60) });
    expect([long.status, fieldsOf(long.body["error"])["n_ctx"]]).toEqual([400, 64]);
  });

  it.each<[object, number]>([
    [{ input: [] }, 400],
    [{ input: "" }, 400],
    [{ input: "a", dimensions: 3 }, 501],
    [{ input: "a", encoding_format: "hex" }, 400],
  ])("refuse %j", async (body, status) => {
    expect((await post(embeds, "/v1/embeddings", body)).status).toBe(status);
  });

  it("leave writing to others", async () => {
    expect((await post(embeds, "/v1/chat/completions", { messages: [] })).status).toBe(501);
    expect((await post(embeds, "/v1/rerank", { query: "a", documents: ["b"] })).status).toBe(501);
  });
});

describe("ranks of the embedded engine", () => {
  it("are sorted, of the same documents, and as many as asked for", async () => {
    expect(ranks.abilities).toMatchObject({ rerank: true, embeddings: false });
    const documents = ["a hill", { text: "the deep sea" }, "bread"];
    const { body } = await post(ranks, "/v1/rerank", { query: "the sea", documents, return_documents: true });
    const results = listOf(body["results"]).map(fieldsOf);
    expect(results.map(({ index }) => Number(index)).toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
    const scores = results.map(({ relevance_score: score }) => Number(score));
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(new Set(scores).size).toBe(3);
    expect(results.find(({ index }) => index === 1)!["document"]).toEqual({ text: "the deep sea" });
    const first = await post(ranks, "/v1/rerank", { query: "the sea", documents, top_n: 1 });
    expect(listOf(first.body["results"]).map((result) => fieldsOf(result)["index"])).toEqual([results[0]!["index"]]);
  });

  it("refuse a request without a query or documents", async () => {
    expect((await post(ranks, "/v1/rerank", { documents: ["a"] })).status).toBe(400);
    expect((await post(ranks, "/v1/rerank", { query: "a", documents: [] })).status).toBe(400);
  });
});
