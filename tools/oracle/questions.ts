import type { Device } from "../../src/facts/hardware/index.ts";
import { LLAMACPP_BUILDS, LLAMACPP_CALLERS } from "../../src/facts/runtime/index.ts";
import type { LlamaCppQuestion } from "../../src/predict/memory/index.ts";
import type { OracleQuestion } from "./process.ts";
import type { Header } from "./read-header.ts";
import type { Setting } from "./setting.ts";

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
    n_cpu_moe: load.expertLayersOnHost,
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
    ...(setting.draftTokens === undefined ? {} : { n_draft: setting.draftTokens }),
  };
}

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
    },
    cpuFeatures: CPU_FEATURES,
    // the library measures and allocates nothing
    dryRun: true,
  };
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
