import { LoadoutError } from "../../src/facts/errors/index.ts";
import type { Device } from "../../src/facts/hardware/index.ts";
import {
  llamaCppBuild,
  LLAMACPP_CALLERS,
  type CacheType,
  type LlamaCppSettings,
} from "../../src/facts/runtime/index.ts";
import { predictLlamaCpp, type EngineBuffer, type LlamaCppQuestion } from "../../src/predict/memory/index.ts";
import type { Fields } from "./fields.ts";
import type { ScoredTerm } from "./score.ts";
import { truthGeometry } from "./truth-model.ts";
import { truthTensors } from "./truth-tensors.ts";

type Term = Omit<ScoredTerm, "file" | "line">;

/** Scores one row of `llamacpp-buffers*.jsonl`: buffers the library itself computed for a model's dimensions and settings. */
export function scoreBuffers(row: Fields): Term[] {
  const truths = truthsOf(row);
  const refuse = (refused: string): Term[] => truths.map((each) => ({ ...each, predicted: null, refused }));
  const unsupported = notSupported(row);
  if (unsupported !== undefined) return refuse(unsupported);
  try {
    const prediction = predictLlamaCpp(questionOf(row));
    if (prediction.kind === "rejected") return refuse(`the engine would refuse: ${prediction.because}`);
    return truths.map((each) => ({ ...each, predicted: predictedOf(each.term, prediction.buffers), refused: null }));
  } catch (error) {
    if (error instanceof LoadoutError) return refuse(error.message);
    throw error;
  }
}

function truthsOf(row: Fields): { term: string; truth: number }[] {
  const terms: { term: string; truth: number }[] = [];
  for (const term of ["context", "host", "model_host", "output"]) {
    if (row.has(term)) terms.push({ term, truth: row.number(term) });
  }
  for (const term of ["gpu", "context_gpu", "model_gpu"]) {
    row.numbers(term)?.forEach((truth, device) => terms.push({ term: `${term}[${device}]`, truth }));
  }
  return terms;
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
]);

/** What a row asks that has no prediction. */
function notSupported(row: Fields): string | undefined {
  const params = row.group("params");
  const unknown = params.keys().find((key) => !KNOWN_PARAMS.has(key));
  if (unknown !== undefined) return `the setting ${unknown} is not known`;
  for (const key of ["type_k", "type_v"]) {
    if (cacheType(params.text(key, "f16")) === undefined) return `${params.text(key)} is no cache type`;
  }
  return llamaCppBuild(buildName(row)) === undefined ? `the build ${row.text("build")} is not known` : undefined;
}

export function questionOf(row: Fields): LlamaCppQuestion {
  const params = row.group("params");
  const geometry = truthGeometry(row.text("name"), row.group("model"), row.text("build"));
  const outputs = params.number("n_outputs_max");
  const sequences = params.number("n_seq", 1);
  return {
    geometry,
    tensors: truthTensors(geometry, row.text("build")),
    build: llamaCppBuild(buildName(row))!.build,
    caller: outputs > 0 ? LLAMACPP_CALLERS["llama-server"] : LLAMACPP_CALLERS.library,
    ...(outputs > 0 ? { draftTokens: outputs / sequences - 1 } : {}),
    devices: Array.from({ length: params.number("n_gpu", 1) }, (_, index) => standIn(index)),
    settings: settingsOf(params, sequences),
    cpuFeatures: ["avx2"],
    dryRun: true,
  };
}

/** Rows without a build come from the library of August 2026. */
function buildName(row: Fields): string {
  return row.text("build") || "2026-08";
}

function settingsOf(params: Fields, sequences: number): LlamaCppSettings {
  const layers = params.number("gpu_layers", -1);
  const split = params.numbers("tensor_split");
  return {
    context: params.number("n_ctx"),
    sequences,
    unifiedCache: params.flag("unified", true),
    batch: params.number("n_batch", 2048),
    microBatch: params.number("n_ubatch", 512),
    flashAttention: params.flag("flash", true),
    cacheTypeK: cacheType(params.text("type_k", "f16"))!,
    cacheTypeV: cacheType(params.text("type_v", "f16"))!,
    gpuLayers: layers < 0 ? "all" : layers,
    ...(split === undefined ? {} : { tensorSplit: split }),
    fullWindowCache: params.flag("swa_full"),
    cacheOnHost: !params.flag("offload_kqv", true),
    opOffload: params.flag("op_offload", true),
    expertLayersOnHost: params.number("n_cpu_moe"),
    stateSnapshots: params.number("n_rs_seq"),
  };
}

const CACHE_TYPES: readonly CacheType[] = ["f32", "f16", "bf16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0", "iq4_nl"];

function cacheType(name: string): CacheType | undefined {
  return CACHE_TYPES.find((type) => type === name);
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

function predictedOf(term: string, buffers: readonly EngineBuffer[]): number {
  const [, kind, index] = /^(\w+?)(?:\[(\d+)\])?$/.exec(term)!;
  const total = (wanted: (buffer: EngineBuffer) => boolean): number =>
    buffers.reduce((sum, buffer) => sum + (wanted(buffer) ? buffer.bytes : 0), 0);
  const place = index === undefined ? "host" : Number(index);
  switch (kind) {
    case "context":
      return total(({ term: each }) => each === "kv" || each === "recurrent");
    case "context_gpu":
      return total((buffer) => buffer.place === place && (buffer.term === "kv" || buffer.term === "recurrent"));
    case "host":
    case "gpu":
      return total((buffer) => buffer.place === place && buffer.term === "compute");
    case "output":
      return total((buffer) => buffer.term === "output");
    default:
      return total((buffer) => buffer.place === place && (buffer.term === "weights" || buffer.term === "repacked"));
  }
}
