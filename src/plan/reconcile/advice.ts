import type { PastedLog } from "../../facts/runtime/index.ts";
import { formatBytes } from "../../facts/units/index.ts";
import type { LogRow } from "./log-row.ts";

/** Something to change in how the engine is started. */
export interface LogAdvice {
  readonly id: string;
  readonly says: string;
  readonly change: string;
}

interface Started {
  readonly log: PastedLog;
  readonly row: LogRow;
}

const MIB = 2 ** 20;
/** a cache below this is no reason to change its type */
const LARGE_CACHE_MIB = 1024;
/** what llama.cpp itself leaves free of a device (--fit-target) */
const LEFT_FREE_MIB = 1024;

/** Rows: what is looked at, and what is said of it; each from printed figures alone. */
const ADVICE: readonly ((started: Started) => LogAdvice | undefined)[] = [
  noMemoryLines,
  silentContext,
  shorterThanTrained,
  roomForLayers,
  noDevice,
  cacheType,
  flashAttention,
  promptCache,
  severalModels,
  severalEngines,
];

export function adviseFromLog(log: PastedLog, row: LogRow): LogAdvice[] {
  return ADVICE.flatMap((each) => each({ log, row }) ?? []);
}

function noMemoryLines({ log }: Started): LogAdvice | undefined {
  if (log.engine.missing === undefined || log.own !== undefined) return undefined;
  return {
    id: "verbose",
    says: "the log has no lines about memory",
    change: log.program.startsWith("ollama")
      ? "start `ollama serve` with OLLAMA_DEBUG=1 and load the model again"
      : "start it with `-lv 4` (`--verbose` in older builds)",
  };
}

/** Ollama's context where nobody asks for one. */
const OLLAMA_DEFAULT = 4096;

function silentContext({ log, row }: Started): LogAdvice | undefined {
  if (!log.program.startsWith("ollama")) return undefined;
  const { own } = log;
  const each =
    own === undefined
      ? (number(row.settings["n_ctx_per_seq"]) ?? number(row.settings["n_ctx"]))
      : Math.floor(own.request.cells / own.request.parallel);
  const byDefault = log.defaultContext ?? OLLAMA_DEFAULT;
  if (each === undefined || each !== byDefault) return undefined;
  return {
    id: "ollama-default-context",
    says: `${each} tokens are Ollama's default: what is longer is cut off without a word`,
    change: "set `num_ctx` in the Modelfile or request, or OLLAMA_CONTEXT_LENGTH",
  };
}

function shorterThanTrained({ log, row }: Started): LogAdvice | undefined {
  const each = number(row.settings["n_ctx_per_seq"]) ?? number(row.settings["n_ctx"]);
  const trained = number(row.model["n_ctx_train"]);
  if (each === undefined || trained === undefined || each >= trained) return undefined;
  return {
    id: "context-below-trained",
    says: `a sequence has ${each} tokens of the ${trained} that the model was trained for`,
    change: log.program.startsWith("ollama") ? "set `num_ctx` if you need more" : "give `-c` if you need more",
  };
}

function roomForLayers({ log, row }: Started): LogAdvice | undefined {
  const offloaded = log.engine.offloaded;
  const { devices } = log.engine;
  if (offloaded === undefined || offloaded.layers >= offloaded.of || devices.length === 0) return undefined;
  const used = devices.map(({ label }) => onDevice(row, label));
  if (offloaded.layers === 0 || used.some((each) => each === undefined)) return undefined;
  const stored = used.reduce((total, each) => total + each!.stored, 0);
  const perLayer = stored / offloaded.layers;
  const more = devices.reduce((total, { freeBytes }, index) => {
    const { stored: here, compute } = used[index]!;
    return total + Math.max(0, Math.floor((freeBytes / MIB - here - compute - LEFT_FREE_MIB) / perLayer));
  }, 0);
  if (more < 1) return undefined;
  const layers = Math.min(offloaded.of, offloaded.layers + more);
  return {
    id: "layers-left-on-the-host",
    says: `${offloaded.layers} of ${offloaded.of} layers are on devices, and there is room for about ${layers - offloaded.layers} more`,
    change: layers === offloaded.of ? "`-ngl 99`" : `\`-ngl ${layers}\``,
  };
}

function onDevice({ measured }: LogRow, label: string): { stored: number; compute: number } | undefined {
  const model = measured.model_buffers_MiB?.[label];
  const compute = measured.compute_buffers_MiB?.[label];
  if (model === undefined || compute === undefined) return undefined;
  return { stored: model + (measured.kv_MiB?.[label] ?? 0), compute };
}

function noDevice({ log, row }: Started): LogAdvice | undefined {
  if (row.backend !== "CPU" || row.measured.compute_buffers_MiB === null || log.cards.length > 0) return undefined;
  return {
    id: "processor-only",
    says: "everything is on the processor: the log names no accelerator",
    change: "with a graphics card here, take a build with its back end (CUDA, Vulkan, ROCm, Metal)",
  };
}

function cacheType({ row }: Started): LogAdvice | undefined {
  const total = (row.measured.kv_total_MiB ?? 0) + (row.measured.swa_kv_MiB ?? 0);
  if (total < LARGE_CACHE_MIB || row.settings["type_k"] !== "f16" || row.settings["type_v"] !== "f16") return undefined;
  if (row.settings["flash_attn"] === false) return undefined;
  // q8_0 takes 34 bytes for 32 values
  const saved = total * MIB * (1 - 34 / 64);
  return {
    id: "kv-type",
    says: `the KV cache is kept in 16 bit; q8_0 would give back ${formatBytes(saved)}`,
    change: "`-ctk q8_0 -ctv q8_0` (Ollama: OLLAMA_KV_CACHE_TYPE=q8_0)",
  };
}

function flashAttention({ row }: Started): LogAdvice | undefined {
  if (row.settings["flash_attn"] !== false) return undefined;
  return {
    id: "flash-attention-off",
    says: "flash attention is off: compute grows with context, and the values of the cache stay in 16 bit",
    change: "`-fa on` (Ollama: OLLAMA_FLASH_ATTENTION=1)",
  };
}

function promptCache({ log }: Started): LogAdvice | undefined {
  if (log.promptCacheMib === undefined || log.promptCacheMib === 0) return undefined;
  return {
    id: "prompt-cache",
    says: `beside these figures prompts may fill up to ${formatBytes(log.promptCacheMib * MIB)} of RAM`,
    change: "`--cache-ram N` (MiB) bounds it, `--cache-ram 0` turns it off",
  };
}

function severalModels({ log }: Started): LogAdvice | undefined {
  if (log.models < 2) return undefined;
  return {
    id: "several-models",
    says: `${log.models} times a model's header is read here; the figures are those of the last`,
    change: "paste one start alone to see another",
  };
}

function severalEngines({ log }: Started): LogAdvice | undefined {
  if (log.engines < 2) return undefined;
  return {
    id: "several-engines",
    says: `${log.engines} engines write into this log; the figures are those of one`,
    change: "paste the lines of one alone to see another",
  };
}

function number(value: string | number | boolean | null | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}
