import type { Device } from "../../src/facts/hardware/index.ts";
import {
  LLAMACPP_BUILDS,
  LLAMACPP_CALLERS,
  overridesOf,
  type LlamaCppSettings,
  type TensorOverride,
} from "../../src/facts/runtime/index.ts";
import type { LlamaCppQuestion } from "../../src/predict/memory/index.ts";
import type { OracleQuestion } from "./process.ts";
import type { Header } from "../read-header.ts";
import type { Load, Setting } from "./setting.ts";

/** The build the oracle is made of. */
export const ORACLE_BUILD = "b11434";
/** Instruction sets the library is compiled for where it is not told to look at the processor. */
const CPU_FEATURES = ["avx2"];

/** The same question for the library's program... */
export function oracleQuestion(model: string, setting: Setting): OracleQuestion {
  const { load } = setting;
  return {
    model,
    n_devices: load.devices,
    n_gpu_layers: load.gpuLayers === "all" ? -1 : load.gpuLayers,
    ...(load.tensorSplit === undefined ? {} : { tensor_split: load.tensorSplit }),
    ...overrideKeys(load),
    ...(load.order === undefined ? {} : { devices: load.order }),
    ...(load.only === undefined ? {} : { split_mode: "none", main_gpu: load.only }),
    no_host: load.plainHostWeights === true,
    load_mtp: load.appendedBlocks === true,
    n_ctx: setting.context,
    n_seq_max: setting.sequences,
    kv_unified: setting.unifiedCache,
    n_batch: setting.batch,
    n_ubatch: setting.microBatch,
    flash: setting.flashAttention === "auto" ? "auto" : setting.flashAttention ? "on" : "off",
    type_k: setting.cacheTypeK,
    type_v: setting.cacheTypeV,
    swa_full: setting.fullWindowCache,
    offload_kqv: !setting.cacheOnHost,
    op_offload: setting.opOffload,
    n_rs_seq: setting.stateSnapshots,
    ...(setting.embeddings === true ? { embeddings: true } : {}),
    ...(setting.pooling === undefined ? {} : { pooling: POOLINGS[setting.pooling] }),
    ...(setting.draftTokens === undefined ? {} : { n_draft: setting.draftTokens }),
  };
}

/** Numbers of `llama_pooling_type`. */
const POOLINGS = { none: 0, mean: 1, cls: 2, last: 3, rank: 4 } as const;

/** The program has its own rule for experts; between overrides it has no order, so there all of them are told. */
function overrideKeys({ overrides, expertLayersOnHost }: Load): OracleQuestion {
  if (overrides === undefined) return { n_cpu_moe: expertLayersOnHost };
  const all = overridesOf({ ...NO_SETTINGS, tensorOverrides: overrides, expertLayersOnHost });
  return { overrides: all.map(({ pattern, buffer }) => `${pattern}=${buffer.replace("DEVICE", "STANDIN")}`) };
}

const NO_SETTINGS: LlamaCppSettings = {
  context: 0,
  sequences: 1,
  unifiedCache: true,
  batch: 0,
  microBatch: 0,
  flashAttention: "auto",
  cacheTypeK: "f16",
  cacheTypeV: "f16",
  gpuLayers: "all",
};

/** ... and for the prediction. */
export function predictionQuestion({ geometry, tensors }: Header, setting: Setting): LlamaCppQuestion {
  const { load, draftTokens, ...rest } = setting;
  return {
    geometry,
    tensors,
    build: LLAMACPP_BUILDS.find(({ id }) => id === ORACLE_BUILD)!,
    caller: LLAMACPP_CALLERS[draftTokens === undefined ? "library" : "llama-server"],
    ...(draftTokens === undefined ? {} : { draftTokens }),
    devices: Array.from({ length: load.devices }, (_, index) => standIn(index)),
    settings: {
      ...rest,
      gpuLayers: load.gpuLayers,
      ...(load.tensorSplit === undefined ? {} : { tensorSplit: load.tensorSplit }),
      expertLayersOnHost: load.expertLayersOnHost,
      ...(load.overrides === undefined ? {} : { tensorOverrides: load.overrides.map(named) }),
      ...(load.order === undefined ? {} : { devices: load.order.map((device) => `CUDA${device}`) }),
      ...(load.only === undefined ? {} : { splitMode: "none", mainGpu: load.only }),
      pinnedHostWeights: load.plainHostWeights !== true,
      appendedBlocks: load.appendedBlocks === true,
    },
    cpuFeatures: CPU_FEATURES,
    // the library measures and allocates nothing
    dryRun: true,
  };
}

function named({ pattern, buffer }: TensorOverride): TensorOverride {
  return { pattern, buffer: buffer.replace("DEVICE", "CUDA") };
}

/** A device with CUDA's rules, as the program makes them up. */
function standIn(index: number): Device {
  return {
    id: `stand-in-${index}`,
    name: "stand-in",
    vendor: "nvidia",
    backend: "cuda",
    memoryKind: "discrete",
    totalBytes: 80 * 2 ** 30,
    freeBytes: 80 * 2 ** 30,
  };
}
