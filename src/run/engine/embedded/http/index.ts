import { applyTemplate, chat } from "./chat.ts";
import { completions } from "./completions.ts";
import { detokenize, metrics, models, props, tokenize } from "./info.ts";
import type { Routes } from "./listen.ts";
import type { Served } from "./served.ts";

export { EngineServer } from "./listen.ts";
export { Served } from "./served.ts";

/** What a model answers that writes text. */
export function textRoutes(served: Served): Routes {
  return {
    "POST /v1/chat/completions": (exchange) => chat(served, exchange),
    "POST /v1/completions": (exchange) => completions(served, exchange),
    "GET /v1/models": (exchange) => models(served, exchange),
    "GET /props": (exchange) => props(served, exchange),
    "GET /metrics": (exchange) => metrics(served, exchange),
    "POST /tokenize": (exchange) => tokenize(served, exchange),
    "POST /detokenize": (exchange) => detokenize(served, exchange),
    "POST /apply-template": (exchange) => applyTemplate(served, exchange),
  };
}
