import { LoadoutError } from "../../../facts/errors/index.ts";
import { ask, askJson, fieldsOf, jsonOf, listOf, numberOf } from "../http/index.ts";
import { propsOf } from "../llama-server/index.ts";
import type { Endpoint, ServerAbilities, ServerSpec } from "../server.ts";
import { kindOf, modelsOf, type EngineKind, type Sighting } from "./identify.ts";

/** What is known of an address. */
export interface ProbedEngine {
  readonly kind: EngineKind;
  readonly version: string | undefined;
  readonly models: readonly string[];
  readonly seen: Sighting;
}

/** "http://host:8080/v1/" and "http://host:8080" are the same server. */
export function serverUrl(given: string): string {
  return given.replace(/\/+$/, "").replace(/\/v1$/, "");
}

/** Asks an address what it is. Throws where nothing answers or the key is refused. */
export async function probe(endpoint: Endpoint, signal?: AbortSignal): Promise<ProbedEngine> {
  const options = signal ? { signal } : {};
  const listed = await ask(endpoint, "/v1/models", options);
  if (listed.status === 401 || listed.status === 403)
    throw new LoadoutError("engine-unreachable", {
      url: endpoint.url,
      got: `status ${listed.status}, a key is needed`,
    });
  const [props, apiVersion, version] = await Promise.all(
    ["/props", "/api/version", "/version"].map((path) => askJson(endpoint, path, options)),
  );
  const seen = { headers: listed.headers, models: jsonOf(listed.text), props, apiVersion, version };
  const kind = kindOf(seen);
  const models = modelsOf(seen);
  if (kind.id === "unknown" && listed.status !== 200)
    throw new LoadoutError("engine-answer", {
      what: "/v1/models",
      status: listed.status,
      got: listed.text.slice(0, 200),
    });
  return { kind, version: kind.version(seen), models, seen };
}

/** The engine's own name for a model: the same, or its only one; an address that lists none is taken at the given word. */
export function engineNameOf({ models }: ProbedEngine, wanted: string, url: string): string {
  if (models.length === 0 || models.includes(wanted)) return wanted;
  const tagged = models.find((name) => name === `${wanted}:latest`);
  if (tagged !== undefined) return tagged;
  if (models.length === 1) return models[0]!;
  throw new LoadoutError("engine-model-missing", { url, what: wanted, got: models.join(", ") });
}

/** Abilities as far as the engine says; what nobody can know is assumed, since a refusal of its own is answered anyway. */
export async function abilitiesOf(
  endpoint: Endpoint,
  { kind, seen }: ProbedEngine,
  engineName: string,
  use: ServerSpec["use"],
): Promise<ServerAbilities> {
  const row = listOf(fieldsOf(seen.models)["data"])
    .map(fieldsOf)
    .find(({ id }) => id === engineName);
  const props = kind.id === "llama-server" ? propsOf(seen.props) : undefined;
  const context =
    props?.contextPerSlot ?? numberOf(row?.["max_model_len"]) ?? numberOf(fieldsOf(row?.["meta"])["n_ctx"]);
  const embeds = kind.id === "llama-server" ? await embedsNow(endpoint) : use === "embed" || use === undefined;
  const generates = use !== "embed" && use !== "rerank";
  return {
    chat: generates,
    completions: generates,
    embeddings: embeds,
    rerank: use === "rerank",
    tools: generates && (props === undefined || props.template),
    jsonSchema: generates,
    ...(props ? { images: props.images } : {}),
    adapters: false,
    ...(props?.slots === undefined ? {} : { slots: props.slots }),
    ...(context === undefined ? {} : { contextPerSlot: context }),
    preemption: kind.preemption,
  };
}

/** A llama-server refuses by 501 what it was not started for, before it looks at the request. */
async function embedsNow(endpoint: Endpoint): Promise<boolean> {
  const { status } = await ask(endpoint, "/v1/embeddings", { body: {} });
  return status !== 501 && status !== 404;
}
