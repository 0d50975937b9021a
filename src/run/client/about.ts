import { LoadoutError } from "../../facts/errors/index.ts";
import type { ClientEndpoint } from "./endpoint.ts";
import { isFields, type Fields } from "../home/index.ts";
import { getJson } from "./post.ts";

/** What an endpoint says of a model it has. */
export interface EndpointModel {
  readonly name: string;
  /** tokens one chat may hold; absent: it does not say */
  readonly contextTokens?: number;
  /** takes images; absent: it does not say */
  readonly images?: boolean;
}

/** The models of an endpoint. llama.cpp says the context in `meta`, vLLM as `max_model_len`. */
export async function modelsOf(endpoint: ClientEndpoint, signal?: AbortSignal): Promise<readonly EndpointModel[]> {
  const answer = await getJson(endpoint, "/models", signal);
  const data = isFields(answer) && Array.isArray(answer.data) ? answer.data.filter(isFields) : undefined;
  if (data === undefined) {
    const got = JSON.stringify(answer).slice(0, 80);
    throw new LoadoutError("endpoint-unreadable", { url: `${endpoint.base}/models`, got });
  }
  return data.flatMap((entry): EndpointModel[] => {
    if (typeof entry.id !== "string") return [];
    const contextTokens = contextOf(entry);
    const inputs = isFields(entry.architecture) ? entry.architecture.input_modalities : undefined;
    return [
      {
        name: entry.id,
        ...(contextTokens === undefined ? {} : { contextTokens }),
        ...(Array.isArray(inputs) ? { images: inputs.includes("image") } : {}),
      },
    ];
  });
}

function contextOf(entry: Fields): number | undefined {
  const meta = isFields(entry.meta) ? entry.meta : {};
  const found = [meta.n_ctx, entry.max_model_len, entry.context_length].find((value) => typeof value === "number");
  return typeof found === "number" ? found : undefined;
}
