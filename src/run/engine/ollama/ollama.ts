import { LoadoutError } from "../../../facts/errors/index.ts";
import { estimateTokens } from "../http/index.ts";
import { RESTART_POLICY, systemClock, type Clock, type RestartPolicy } from "../process/index.ts";
import type { Endpoint, RunningServer, ServerAbilities, ServerEngine, ServerSpec } from "../server.ts";
import { DrivenServer, serverUrl } from "../url/index.ts";
import { ollamaCreate, ollamaHold, ollamaLoaded, ollamaShow, ollamaTags, ollamaVersion } from "./api.ts";

export interface OllamaOptions {
  /** default: where an Ollama listens by itself */
  readonly url?: string;
  readonly clock?: Clock;
  readonly policy?: RestartPolicy;
}

/** Port of Ollama's own choice. */
const OLLAMA_URL = "http://127.0.0.1:11434";

const GONE_PAUSE_MS = 50;
const GONE_LOOKS = 200;

/**
 * A running Ollama. Its own API loads the model and says what it takes; requests go to its OpenAI-compatible side, which takes no
 * options and would load the model again with default ones: so the planned context is part of a model of its own name.
 */
export function ollamaEngine(options: OllamaOptions = {}): ServerEngine {
  return { name: "ollama", start: (spec, { signal } = {}) => reach(spec, options, signal) };
}

async function reach(spec: ServerSpec, options: OllamaOptions, signal?: AbortSignal): Promise<RunningServer> {
  if (signal?.aborted === true) throw new LoadoutError("interrupted");
  refuseForeign(spec);
  const { clock = systemClock, policy = RESTART_POLICY } = options;
  const endpoint = { url: serverUrl(options.url ?? OLLAMA_URL), headers: {} };
  const version = await ollamaVersion(endpoint, signal);
  const shown = await ollamaShow(endpoint, spec.name, signal);
  if (shown === undefined) {
    const got = (await ollamaTags(endpoint, signal)).join(", ") || "none";
    throw new LoadoutError("engine-model-missing", { url: endpoint.url, what: spec.name, got });
  }
  const [parameters, engineName] = [parametersOf(spec), derivedName(spec)];
  await ollamaCreate(endpoint, { name: engineName, from: spec.name, parameters }, signal);
  const embeds = spec.use === "embed";
  await ollamaHold(endpoint, engineName, "keep", { embeds, ...(signal ? { signal } : {}) });
  return new DrivenServer({
    engine: { name: "ollama", version },
    model: { name: spec.name, engineName },
    abilities: await abilitiesOf(endpoint, engineName, shown.capabilities, spec),
    endpoint,
    clock,
    policy,
    countTokens: (text) => Promise.resolve(estimateTokens(text)),
    // what was loaded for us is let go; the name with its parameters stays, for the next time
    undo: () => letGo(endpoint, engineName, embeds, clock).catch(() => {}),
  });
}

/** Ollama answers before the memory is free: it is looked for until it is gone. */
async function letGo(endpoint: Endpoint, engineName: string, embeds: boolean, clock: Clock): Promise<void> {
  await ollamaHold(endpoint, engineName, "free", { embeds });
  for (let looks = 0; looks < GONE_LOOKS; looks++) {
    if (!(await ollamaLoaded(endpoint)).some(({ name }) => name === engineName)) return;
    await clock.pause(GONE_PAUSE_MS);
  }
}

function refuseForeign({ adapters = [], draftPath, projectorPath, extraArguments = [] }: ServerSpec): void {
  const given = [
    ["adapters", adapters.length > 0],
    ["a draft model", draftPath !== undefined],
    ["a projector", projectorPath !== undefined],
    ["arguments", extraArguments.length > 0],
  ].find(([, there]) => there);
  if (given === undefined) return;
  const details = { engine: "Ollama", what: String(given[0]), expected: "those of its own model", got: "a file" };
  throw new LoadoutError("engine-unsupported-setting", details);
}

function contextOf({ settings: { context, sequences, unifiedCache } }: ServerSpec): number {
  return unifiedCache ? context : Math.floor(context / sequences);
}

/** Ollama's options: its context is that of one request, and each parallel request gets as much. */
function parametersOf(spec: ServerSpec): Record<string, unknown> {
  const { settings, threads, backend } = spec;
  const layers = backend === "cpu" ? 0 : settings.gpuLayers === "all" ? undefined : settings.gpuLayers;
  return {
    num_ctx: contextOf(spec),
    num_batch: settings.batch,
    ...(threads === undefined ? {} : { num_thread: threads }),
    ...(layers === undefined ? {} : { num_gpu: layers }),
  };
}

/** "smol:latest" with 4096 tokens and 2 threads is "smol:loadout-latest-4096-512-t2": the same wish, the same name. */
function derivedName(spec: ServerSpec): string {
  const at = spec.name.lastIndexOf(":");
  const tagged = at > spec.name.lastIndexOf("/");
  const [base, tag] = tagged ? [spec.name.slice(0, at), spec.name.slice(at + 1)] : [spec.name, "latest"];
  const layers =
    spec.backend === "cpu" ? "-cpu" : spec.settings.gpuLayers === "all" ? "" : `-g${spec.settings.gpuLayers}`;
  const threads = spec.threads === undefined ? "" : `-t${spec.threads}`;
  return `${base}:loadout-${tag}-${contextOf(spec)}-${spec.settings.batch}${threads}${layers}`;
}

async function abilitiesOf(
  endpoint: Endpoint,
  engineName: string,
  capabilities: readonly string[],
  spec: ServerSpec,
): Promise<ServerAbilities> {
  const loaded = (await ollamaLoaded(endpoint)).find(({ name }) => name === engineName);
  const generates = capabilities.includes("completion") && spec.use !== "embed";
  return {
    chat: generates,
    completions: generates,
    embeddings: spec.use === "embed" || capabilities.includes("embedding"),
    rerank: false,
    tools: generates && capabilities.includes("tools"),
    jsonSchema: generates,
    images: capabilities.includes("vision"),
    adapters: false,
    contextPerSlot: loaded?.contextTokens ?? contextOf(spec),
    preemption: "cut",
  };
}
