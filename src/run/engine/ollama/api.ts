import { LoadoutError } from "../../../facts/errors/index.ts";
import { ask, demandJson, fieldsOf, jsonOf, listOf, numberOf, textOf } from "../http/index.ts";
import type { Endpoint } from "../server.ts";

/** A model that an Ollama holds in memory. */
export interface OllamaLoaded {
  readonly name: string;
  /** weights and cache; on the processor the compute buffers are not in it */
  readonly bytes: number;
  /** of these on devices */
  readonly deviceBytes: number;
  readonly contextTokens?: number;
  /** when it is unloaded unless it is asked again */
  readonly expiresAt?: string;
}

/** What an Ollama knows of a model. */
export interface OllamaModel {
  /** "completion", "tools", "vision", "embedding", "thinking" */
  readonly capabilities: readonly string[];
  readonly architecture?: string;
}

/** Loading reads a whole file, from a slow disk at worst. */
const LOAD_MS = 600_000;

export async function ollamaVersion(endpoint: Endpoint, signal?: AbortSignal): Promise<string> {
  const version = textOf(fieldsOf(await demandJson(endpoint, "/api/version", signal ? { signal } : {}))["version"]);
  if (version !== undefined) return version;
  throw new LoadoutError("engine-answer", { what: "/api/version", got: "no version" });
}

/** Names of the models it has. */
export async function ollamaTags(endpoint: Endpoint, signal?: AbortSignal): Promise<readonly string[]> {
  const answer = fieldsOf(await demandJson(endpoint, "/api/tags", signal ? { signal } : {}));
  return listOf(answer["models"]).flatMap((row) => textOf(fieldsOf(row)["name"]) ?? []);
}

/** Models in its memory now. */
export async function ollamaLoaded(endpoint: Endpoint, signal?: AbortSignal): Promise<readonly OllamaLoaded[]> {
  const answer = fieldsOf(await demandJson(endpoint, "/api/ps", signal ? { signal } : {}));
  return listOf(answer["models"]).flatMap((value) => {
    const row = fieldsOf(value);
    const [name, contextTokens] = [textOf(row["name"]), numberOf(row["context_length"])];
    const expiresAt = textOf(row["expires_at"]);
    if (name === undefined) return [];
    return {
      name,
      bytes: numberOf(row["size"]) ?? 0,
      deviceBytes: numberOf(row["size_vram"]) ?? 0,
      ...(contextTokens === undefined ? {} : { contextTokens }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    };
  });
}

/** What it knows of a model; undefined where it has none of that name. */
export async function ollamaShow(
  endpoint: Endpoint,
  model: string,
  signal?: AbortSignal,
): Promise<OllamaModel | undefined> {
  const { status, text } = await ask(endpoint, "/api/show", { body: { model }, ...(signal ? { signal } : {}) });
  if (status === 404) return undefined;
  if (status !== 200) throw new LoadoutError("engine-answer", { what: "/api/show", status, got: text.slice(0, 500) });
  const shown = fieldsOf(jsonOf(text));
  const architecture = textOf(fieldsOf(shown["model_info"])["general.architecture"]);
  return {
    capabilities: listOf(shown["capabilities"]).flatMap((word) => textOf(word) ?? []),
    ...(architecture === undefined ? {} : { architecture }),
  };
}

/** A model under another name with parameters of its own; the weights are shared, so it costs a few hundred bytes. */
export async function ollamaCreate(
  endpoint: Endpoint,
  model: { readonly name: string; readonly from: string; readonly parameters: Readonly<Record<string, unknown>> },
  signal?: AbortSignal,
): Promise<void> {
  const { name, from, parameters } = model;
  const body = { model: name, from, parameters, stream: false };
  await demandJson(endpoint, "/api/create", { body, timeoutMs: LOAD_MS, ...(signal ? { signal } : {}) });
}

/** Loads a model and holds it ("keep"), or lets it go ("free"): a request without a prompt. */
export async function ollamaHold(
  endpoint: Endpoint,
  model: string,
  what: "keep" | "free",
  options: { readonly embeds?: boolean; readonly signal?: AbortSignal } = {},
): Promise<void> {
  const { embeds = false, signal } = options;
  const body = { model, keep_alive: what === "keep" ? -1 : 0, stream: false, ...(embeds ? { input: [] } : {}) };
  const path = embeds ? "/api/embed" : "/api/generate";
  await demandJson(endpoint, path, { body, timeoutMs: LOAD_MS, ...(signal ? { signal } : {}) });
}
