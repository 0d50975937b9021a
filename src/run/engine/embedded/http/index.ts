import { LoadoutError } from "../../../../facts/errors/index.ts";
import type { OpenModel } from "../open-model.ts";
import type { VectorSession } from "../vector-session.ts";
import { applyTemplate, chat } from "./chat.ts";
import { completions } from "./completions.ts";
import { detokenize, metrics, models, props, tokenize } from "./info.ts";
import type { Handler, Routes } from "./listen.ts";
import type { Served } from "./served.ts";
import { embeddings, rerank } from "./vectors.ts";

export { EngineServer } from "./listen.ts";
export { Served } from "./served.ts";

/** What a model answers that writes text. */
export function textRoutes(served: Served): Routes {
  const { session, name } = served;
  return {
    ...commonRoutes(session.opened, name, session.context.contextSize),
    "POST /v1/chat/completions": (exchange) => chat(served, exchange),
    "POST /v1/completions": (exchange) => completions(served, exchange),
    "POST /v1/embeddings": without("embeddings: it was loaded to write"),
    "POST /v1/rerank": without("rerank: it was loaded to write"),
    "GET /props": (exchange) => props(served, exchange),
    "GET /metrics": (exchange) => metrics(served, exchange),
    "POST /apply-template": (exchange) => applyTemplate(served, exchange),
  };
}

/** What a model answers that makes vectors or ranks. */
export function vectorRoutes(session: VectorSession, name: string): Routes {
  return {
    ...commonRoutes(session.opened, name, session.longest),
    "POST /v1/embeddings": (exchange) => embeddings(session, name, exchange),
    "POST /v1/rerank": (exchange) => rerank(session, name, exchange),
    "POST /v1/chat/completions": without("chat: it was not loaded to write"),
    "POST /v1/completions": without("completions: it was not loaded to write"),
  };
}

function commonRoutes(opened: OpenModel, name: string, contextTokens: number): Routes {
  return {
    "GET /v1/models": (exchange) => models(opened, name, contextTokens, exchange),
    "POST /tokenize": (exchange) => tokenize(opened, exchange),
    "POST /detokenize": (exchange) => detokenize(opened, exchange),
  };
}

function without(what: string): Handler {
  return () => {
    throw new LoadoutError("engine-request-unsupported", { what });
  };
}
