import { LoadoutError } from "../../../facts/errors/index.ts";
import { estimateTokens } from "../http/index.ts";
import { countByTokenize } from "../llama-server/index.ts";
import { RESTART_POLICY, systemClock, type Clock, type RestartPolicy } from "../process/index.ts";
import type { Endpoint, RunningServer, ServerEngine, ServerSpec, TokenCount } from "../server.ts";
import { DrivenServer } from "./driven-server.ts";
import type { EngineKind } from "./identify.ts";
import { abilitiesOf, engineNameOf, probe, serverUrl } from "./probe.ts";

export interface UrlEngineOptions {
  /** with or without /v1 at its end */
  readonly url: string;
  /** sent as `Authorization: Bearer`; never logged */
  readonly key?: string;
  readonly clock?: Clock;
  readonly policy?: RestartPolicy;
}

/** Any OpenAI-compatible address: a server in the next room, LM Studio, llama-swap. It is asked what it is, and only driven. */
export function urlEngine(options: UrlEngineOptions): ServerEngine {
  return { name: "url", start: (spec, { signal } = {}) => reach(spec, options, signal) };
}

/** The same where nothing is planned: of what is to be served only its name and use are known. */
export async function reach(
  spec: Pick<ServerSpec, "name" | "use">,
  options: UrlEngineOptions,
  signal?: AbortSignal,
): Promise<RunningServer> {
  if (signal?.aborted === true) throw new LoadoutError("interrupted");
  const { key, clock = systemClock, policy = RESTART_POLICY } = options;
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const endpoint = { url: serverUrl(options.url), headers };
  const probed = await probe(endpoint, signal);
  const engineName = engineNameOf(probed, spec.name, endpoint.url);
  const { kind, version } = probed;
  return new DrivenServer({
    engine: { name: "url", version: version ?? "unknown", build: kind.id },
    model: { name: spec.name, engineName },
    abilities: await abilitiesOf(endpoint, probed, engineName, spec.use),
    endpoint,
    clock,
    policy,
    countTokens: (text) => count(endpoint, kind, engineName, text),
  });
}

async function count(endpoint: Endpoint, kind: EngineKind, model: string, text: string): Promise<TokenCount> {
  if (kind.tokenize === "none") return estimateTokens(text);
  const body = kind.tokenize === "vllm" ? { model, prompt: text, add_special_tokens: false } : { content: text };
  const tokens = await countByTokenize(endpoint, text, body).catch(() => undefined);
  return tokens === undefined ? estimateTokens(text) : { tokens, exact: true };
}
