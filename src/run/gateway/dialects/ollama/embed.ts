import type { AnswerTranslator, EngineRequest } from "../dialect.ts";
import { pieceOf, isFields, type Fields } from "../../../client/index.ts";
import { present, Reader } from "../fields.ts";
import { modelName } from "./request.ts";

/** `/api/embed`: one text or several. */
export function embedRequest(body: Fields): EngineRequest {
  const fields = new Reader(body);
  const input = typeof fields.raw("input") === "string" ? fields.text("input") : fields.texts("input");
  if (input === undefined) fields.refuse("input", "text or a list of texts");
  const name = fields.needText("model");
  return {
    model: modelName(fields),
    stream: false,
    body: present({ input, dimensions: fields.number("dimensions") }),
    answers: whole((answer) => ({
      model: name,
      embeddings: vectors(answer),
      prompt_eval_count: pieceOf(answer).usage?.promptTokens ?? 0,
    })),
  };
}

/** `/api/embeddings`, the older form: one text, one vector. */
export function oldEmbedRequest(body: Fields): EngineRequest {
  const fields = new Reader(body);
  return {
    model: modelName(fields),
    stream: false,
    body: { input: fields.needText("prompt") },
    answers: whole((answer) => ({ embedding: vectors(answer)[0] ?? [] })),
  };
}

function vectors({ data }: Fields): unknown[] {
  return Array.isArray(data) ? data.filter(isFields).map(({ embedding }) => embedding) : [];
}

function whole(answer: (answer: Fields) => unknown): AnswerTranslator {
  const contentType = { whole: "application/json; charset=utf-8", stream: "application/x-ndjson" };
  return { contentType, whole: answer, event: () => "", end: () => "" };
}
