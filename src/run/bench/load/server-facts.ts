import type { LlamaCppSettings } from "../../../facts/runtime/index.ts";
import type { BenchServer } from "../../../plan/answer/index.ts";
import { type Fields, isFields } from "../../home/index.ts";
import { askJson } from "./http.ts";
import type { LoadTarget } from "./target.ts";

/** A server as it describes itself, with what only its own machine can use. */
export interface ServerFacts extends BenchServer {
  /** a receipt of what it took, in the store of its machine */
  readonly receipt?: number;
}

/** Asks Loadout's gateway, else llama-server, what it serves `model` with; undefined: neither of them answers. */
export async function askServer(target: LoadTarget, model: string): Promise<ServerFacts | undefined> {
  const root = target.path.replace(/\/v\d+$/, "");
  return (
    ofLoadout(await askJson(target, `${root}/v1/loadout`), model) ??
    ofLlamaServer(await askJson(target, `${root}/props`))
  );
}

/** The engine for chats of the model that was asked for, or of the first. */
function ofLoadout(answer: unknown, model: string): ServerFacts | undefined {
  if (!isFields(answer) || answer.kind !== "serve" || !Array.isArray(answer.models)) return undefined;
  const models: readonly Fields[] = answer.models.filter(isFields);
  const served = models.find(({ name }) => name === model) ?? models[0];
  const plan = served && isFields(served.plan) ? served.plan : undefined;
  if (served === undefined || plan === undefined) return { saidBy: "loadout" };
  const engines: readonly Fields[] = Array.isArray(plan.engines) ? plan.engines.filter(isFields) : [];
  const engine = engines.find(({ serves }) => serves !== "batch");
  const settings = engine && isSettings(engine.settings) ? engine.settings : undefined;
  const runtime: Fields = isFields(plan.runtime) ? plan.runtime : {};
  const planned: Fields = isFields(plan.model) ? plan.model : {};
  return {
    saidBy: "loadout",
    engine: runtime.engine === "llama-server" ? "llama-server" : "embedded",
    ...text("build", runtime.build),
    ...text("model", planned.name),
    ...text("quantization", planned.quantization),
    ...whole("modelBytes", planned.fileBytes),
    ...text("modelPath", planned.path),
    ...whole("threads", engine?.threads),
    ...(settings ? toldBy(settings) : {}),
    ...whole("receipt", served.receipt),
  };
}

/** What a bench file says of settings. */
export function toldBy(settings: LlamaCppSettings): Partial<BenchServer> {
  const { context, sequences, unifiedCache, batch, microBatch, cacheTypeK, cacheTypeV } = settings;
  return {
    settings,
    slots: sequences,
    contextTokens: context,
    contextPerSlot: unifiedCache ? context : Math.floor(context / sequences),
    unifiedCache,
    stepTokens: batch,
    microBatchTokens: microBatch,
    cacheTypeK,
    cacheTypeV,
  };
}

function ofLlamaServer(answer: unknown): ServerFacts | undefined {
  if (!isFields(answer) || typeof answer.total_slots !== "number") return undefined;
  const { default_generation_settings: defaults, model_path: path } = answer;
  const name = typeof path === "string" ? path.split(/[\\/]/).at(-1) : undefined;
  return {
    saidBy: "llama-server",
    engine: "llama-server",
    // "b11434-08e047deb" or "11434 (08e047deb)"
    ...text("build", typeof answer.build_info === "string" ? buildOf(answer.build_info) : undefined),
    ...text("model", name),
    ...text("modelPath", path),
    ...text("quantization", answer.model_ftype),
    ...whole("slots", answer.total_slots),
    ...(isFields(defaults) ? whole("contextPerSlot", defaults.n_ctx) : {}),
  };
}

function buildOf(said: string): string | undefined {
  const number = /^b?(\d{4,})\b/.exec(said)?.[1];
  return number === undefined ? undefined : `b${number}`;
}

function text<Name extends string>(name: Name, value: unknown): { readonly [key in Name]?: string } {
  const found: { [key in Name]?: string } = {};
  if (typeof value === "string" && value !== "") found[name] = value;
  return found;
}

function whole<Name extends string>(name: Name, value: unknown): { readonly [key in Name]?: number } {
  const found: { [key in Name]?: number } = {};
  if (typeof value === "number" && Number.isInteger(value) && value > 0) found[name] = value;
  return found;
}

function isSettings(value: unknown): value is LlamaCppSettings {
  return (
    isFields(value) && ["context", "sequences", "batch", "microBatch"].every((key) => typeof value[key] === "number")
  );
}
