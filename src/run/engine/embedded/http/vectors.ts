import type { VectorSession } from "../vector-session.ts";
import { isTokens } from "./completions.ts";
import type { Exchange } from "./exchange.ts";
import { cannot, wrong, type Fields } from "./fields.ts";
import { isFields } from "../../../home/index.ts";

/** `/v1/embeddings`: vectors of length 1, as OpenAI's are. */
export async function embeddings(session: VectorSession, name: string, exchange: Exchange): Promise<void> {
  const fields = await exchange.fields();
  const inputs = inputsOf(fields);
  const format = fields.text("encoding_format") ?? "float";
  if (format !== "float" && format !== "base64") throw wrong("encoding_format", "float or base64", format);
  const length = session.opened.model.embeddingVectorSize;
  if ((fields.integer("dimensions", 1) ?? length) !== length) throw cannot(`vectors of other lengths than ${length}`);
  const data: unknown[] = [];
  let tokens = 0;
  for (const [index, input] of inputs.entries()) {
    if (exchange.signal.aborted) return;
    const made = await session.embed(input, exchange.lane);
    tokens += made.tokens;
    const vector = normalized(made.vector);
    data.push({ object: "embedding", index, embedding: format === "base64" ? base64(vector) : vector });
  }
  exchange.json({ object: "list", model: name, data, usage: { prompt_tokens: tokens, total_tokens: tokens } });
}

/** `/v1/rerank`, in Jina's and Cohere's words: documents by how well they answer. */
export async function rerank(session: VectorSession, name: string, exchange: Exchange): Promise<void> {
  const fields = await exchange.fields();
  const query = fields.text("query");
  if (query === undefined || query === "") throw wrong("query", "text", query);
  const documents = (fields.list("documents") ?? []).map((document, index) => documentOf(document, index));
  if (documents.length === 0) throw wrong("documents", "a list of texts", fields.body["documents"]);
  const most = fields.integer("top_n", 1) ?? documents.length;
  const withTexts = fields.flag("return_documents") ?? false;
  let tokens = 0;
  const scores: { index: number; relevance_score: number; document?: { text: string } }[] = [];
  for (const [index, document] of documents.entries()) {
    if (exchange.signal.aborted) return;
    const ranked = await session.rank(query, document, exchange.lane);
    tokens += ranked.tokens;
    scores.push({ index, relevance_score: ranked.score, ...(withTexts ? { document: { text: document } } : {}) });
  }
  const results = scores.toSorted((a, b) => b.relevance_score - a.relevance_score).slice(0, most);
  exchange.json({ object: "list", model: name, results, usage: { prompt_tokens: tokens, total_tokens: tokens } });
}

function inputsOf({ body }: Fields): readonly (string | readonly number[])[] {
  const { input } = body;
  const one = (given: unknown): string | readonly number[] => {
    if ((typeof given === "string" && given !== "") || isTokens(given)) return given;
    throw wrong("input", "text, tokens, or a list of them", given);
  };
  if (isTokens(input) || !Array.isArray(input) || input.length === 0) return [one(input)];
  return input.map((given: unknown) => one(given));
}

function documentOf(given: unknown, index: number): string {
  const text = isFields(given) ? given["text"] : given;
  if (typeof text !== "string") throw wrong(`documents[${index}]`, "text", given);
  return text;
}

function normalized(vector: readonly number[]): number[] {
  const length = Math.hypot(...vector);
  return length === 0 ? [...vector] : vector.map((value) => value / length);
}

function base64(vector: readonly number[]): string {
  return Buffer.from(Float32Array.from(vector).buffer).toString("base64");
}
