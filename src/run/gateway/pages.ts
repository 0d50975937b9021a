import type { Page } from "./options.ts";
import type { ListedModel } from "./serving.ts";

/** A JSON answer. */
export function jsonPage(value: unknown, status = 200): Page {
  return {
    status,
    headers: { "content-type": "application/json", "cache-control": "no-store" },
    body: JSON.stringify(value),
  };
}

/** `GET /v1/models` as OpenAI has it; what is known besides stands beside it. */
export function modelsPage(models: readonly ListedModel[]): Page {
  return jsonPage({ object: "list", data: models.map(modelEntry) });
}

export function modelEntry({ name, state, contextTokens, embeddings, images }: ListedModel) {
  return {
    id: name,
    object: "model",
    created: 0,
    owned_by: "loadout",
    state,
    ...(contextTokens === undefined ? {} : { context_length: contextTokens }),
    ...(embeddings === undefined ? {} : { embeddings }),
    ...(images === undefined ? {} : { architecture: { input_modalities: images ? ["text", "image"] : ["text"] } }),
  };
}
