import type { Device } from "../../src/facts/hardware/index.ts";
import {
  llamaCppBuild,
  LLAMACPP_CALLERS,
  type LlamaCppBuild,
  type LlamaCppSettings,
} from "../../src/facts/runtime/index.ts";
import { cacheType } from "../../src/plan/reconcile/index.ts";
import type { LlamaCppQuestion } from "../../src/predict/memory/index.ts";
import { withExpertBytes } from "./expert-bytes.ts";
import { RowError, type Fields } from "./fields.ts";
import { truthGeometry } from "./truth-model.ts";
import { truthTensors } from "./truth-tensors.ts";

/** What a row of `llamacpp-buffers*.jsonl` asks. */
export function questionOf(row: Fields): LlamaCppQuestion {
  const params = row.group("params");
  const model = row.group("model");
  checkParams(params);
  const geometry = truthGeometry(row.text("name"), model, row.text("build"));
  const outputs = params.count("n_outputs_max");
  const sequences = params.count("n_seq", 1);
  if (sequences === 0) throw new RowError("params.n_seq is 0");
  if (params.count("n_ctx") === 0 && geometry.contextLength === 0) {
    throw new RowError("the context is the trained length, which the row does not say");
  }
  return {
    geometry,
    tensors: withExpertBytes(truthTensors(geometry, row.text("build"), model), params.group("expert_bytes")),
    ...buildOf(row.text("build"), params),
    caller: outputs > 0 ? LLAMACPP_CALLERS["llama-server"] : LLAMACPP_CALLERS.library,
    ...(outputs > 0 ? { draftTokens: outputs / sequences - 1 } : {}),
    devices: Array.from({ length: params.count("n_gpu", 1, 256) }, (_, index) => standIn(index)),
    settings: settingsOf(params, sequences),
    cpuFeatures: ["avx2"],
    dryRun: true,
  };
}

/** Settings of these rows that a prediction takes into account. */
const KNOWN_PARAMS = new Set([
  "n_ctx",
  "n_batch",
  "n_ubatch",
  "n_seq",
  "unified",
  "flash",
  "type_k",
  "type_v",
  "swa_full",
  "n_outputs_max",
  "n_rs_seq",
  "offload_kqv",
  "op_offload",
  "n_gpu",
  "gpu_layers",
  "tensor_split",
  "n_cpu_moe",
  "expert_bytes",
  // what a build does: see `buildOf`
  "rot_kv",
  "cuda_kv_f16_copy",
  "mask_f32",
  "embd_input",
  "row_idx",
]);

/** Settings that a prediction knows in one value only, which is every build's. */
const FIXED_PARAMS: Readonly<Record<string, boolean>> = { cuda_row_pad: true, norm_prev_dev: true, pipeline: true };

function checkParams(params: Fields): void {
  for (const key of params.keys()) {
    const fixed = FIXED_PARAMS[key];
    if (fixed === undefined && !KNOWN_PARAMS.has(key)) throw new RowError(`the setting ${key} is not known`);
    if (fixed !== undefined && params.flag(key) !== fixed)
      throw new RowError(`${key} other than ${fixed} is not known`);
  }
}

/** Rows without a build come from the library of August 2026. Some settings say outright what a build does. */
function buildOf(named: string, params: Fields): Pick<LlamaCppQuestion, "build" | "standing"> {
  const found = llamaCppBuild(named || "2026-08");
  if (found === undefined) throw new RowError(`the build ${named} is not known`);
  const { build, standing } = found;
  const told = {
    ...build,
    rotatesQuantizedCache: params.flag("rot_kv", build.rotatesQuantizedCache),
    cudaReservesCacheCopies: params.flag("cuda_kv_f16_copy", build.cudaReservesCacheCopies),
    maskType: params.flag("mask_f32", build.maskType === "f32") ? "f32" : "f16",
    rawEmbeddingInput: params.flag("embd_input", build.rawEmbeddingInput),
    cacheRowsByIndex: params.flag("row_idx", build.cacheRowsByIndex),
  } satisfies LlamaCppBuild;
  return { build: told, standing };
}

function settingsOf(params: Fields, sequences: number): LlamaCppSettings {
  const layers = params.number("gpu_layers", -1);
  const split = params.numbers("tensor_split");
  return {
    context: params.count("n_ctx"),
    sequences,
    unifiedCache: params.flag("unified", true),
    batch: params.count("n_batch", 2048),
    microBatch: params.count("n_ubatch", 512),
    flashAttention: params.flag("flash", true),
    cacheTypeK: cacheType(params.text("type_k", "f16")),
    cacheTypeV: cacheType(params.text("type_v", "f16")),
    gpuLayers: layers < 0 ? "all" : layers,
    ...(split === undefined ? {} : { tensorSplit: split }),
    fullWindowCache: params.flag("swa_full"),
    cacheOnHost: !params.flag("offload_kqv", true),
    opOffload: params.flag("op_offload", true),
    expertLayersOnHost: params.count("n_cpu_moe"),
    stateSnapshots: params.count("n_rs_seq"),
  };
}

/** The device the truth was made with: CUDA's rules, no memory of its own. */
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
