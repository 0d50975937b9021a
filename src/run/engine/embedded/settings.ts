import type { GgmlType, LlamaContextOptions } from "node-llama-cpp";
import { LoadoutError } from "../../../facts/errors/index.ts";
import type { CacheType, LlamaCppSettings } from "../../../facts/runtime/index.ts";
import type { AdapterFile } from "../server.ts";
import type { Library } from "./library.ts";

/** A context as node-llama-cpp is asked for it; its sizes are per sequence. */
export interface ContextChoice {
  readonly contextSize: number;
  readonly sequences: number;
  readonly batchSize: number;
  readonly flashAttention: LlamaCppSettings["flashAttention"];
  readonly swaFullCache: boolean;
  readonly kvCacheKeyType: GgmlType;
  readonly kvCacheValueType: GgmlType;
}

/** Turns llama.cpp's settings into what this engine can be told, and refuses what it cannot. */
export function chooseContext(settings: LlamaCppSettings, trainedContext: number, library: Library): ContextChoice {
  const refuse = (what: string, expected: string, got: string | number) =>
    new LoadoutError("engine-unsupported-setting", { engine: "the embedded engine", what, expected, got });
  if (settings.unifiedCache && settings.sequences > 1)
    throw refuse("one cache shared by all sequences", "a cache per sequence", "unified");
  if (settings.microBatch !== settings.batch)
    throw refuse("a micro-batch of its own", `the batch, ${settings.batch}`, settings.microBatch);
  if (settings.tensorSplit !== undefined) throw refuse("shares of devices", "none", settings.tensorSplit.join(","));
  if (settings.cacheOnHost === true) throw refuse("a cache on the host", "on the devices", "host");
  const total = settings.context === 0 ? trainedContext * settings.sequences : settings.context;
  return {
    contextSize: Math.max(1, Math.floor(total / settings.sequences)),
    sequences: settings.sequences,
    batchSize: settings.batch,
    flashAttention: settings.flashAttention,
    swaFullCache: settings.fullWindowCache ?? false,
    kvCacheKeyType: ggmlType(settings.cacheTypeK, library),
    kvCacheValueType: ggmlType(settings.cacheTypeV, library),
  };
}

/** The choice as options for creating a context; the engine's own memory check stays on. */
export function contextOptions(choice: ContextChoice, threads: number | undefined): LlamaContextOptions {
  const { kvCacheKeyType, kvCacheValueType, ...rest } = choice;
  return {
    ...rest,
    experimentalKvCacheKeyType: kvCacheKeyType,
    experimentalKvCacheValueType: kvCacheValueType,
    failedCreationRemedy: false,
    ...(threads === undefined ? {} : { threads }),
  };
}

/** Adapters are of the context: every request sees them, at the scale they have from the start. */
export function adapterOptions(adapters: readonly AdapterFile[] = []): Pick<LlamaContextOptions, "lora"> {
  if (adapters.length === 0) return {};
  for (const { name, scale } of adapters)
    if (scale === 0)
      throw new LoadoutError("engine-unsupported-setting", {
        engine: "the embedded engine",
        what: `adapters by request (${name})`,
        expected: "a scale from the start",
        got: scale,
      });
  return { lora: { adapters: adapters.map(({ path, scale }) => ({ filePath: path, scale })) } };
}

/** The number of a type: the dry run silently reads a name as f16. */
function ggmlType(type: CacheType, { GgmlType }: Library): GgmlType {
  return GgmlType[TYPE_NAMES[type]];
}

const TYPE_NAMES = {
  f32: "F32",
  f16: "F16",
  bf16: "BF16",
  q8_0: "Q8_0",
  q5_1: "Q5_1",
  q5_0: "Q5_0",
  q4_1: "Q4_1",
  q4_0: "Q4_0",
  iq4_nl: "IQ4_NL",
} as const satisfies Record<CacheType, keyof typeof GgmlType>;
