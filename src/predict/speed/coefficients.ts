import type { Backend } from "../../facts/hardware/index.ts";

/**
 * Coefficients of the speed model, per back end. GPU rows: fitted to published llama.cpp measurements (decode: whole devices
 * left out, median error 8%), rounded; see LOG.md. CPU rows: measured with llama.cpp's quantised kernels, one thread.
 */
export interface BackendCoefficients {
  /** share of peak memory bandwidth that decoding reaches */
  readonly bandwidthShare: number;
  /** share of the matrix rate that prompt processing reaches */
  readonly matrixShare: number;
  /** fixed time per layer and step, microseconds: launches, synchronisation */
  readonly perLayerUs: number;
  /** half-width of the 80% band, natural logarithm */
  readonly decodeSpread: number;
  readonly prefillSpread: number;
}

export const BACKENDS: Record<Exclude<Backend, "cpu">, BackendCoefficients> = {
  cuda: { bandwidthShare: 0.875, matrixShare: 0.5, perLayerUs: 28.5, decodeSpread: 0.23, prefillSpread: 0.5 },
  rocm: { bandwidthShare: 0.875, matrixShare: 0.4, perLayerUs: 56, decodeSpread: 0.23, prefillSpread: 0.55 },
  vulkan: { bandwidthShare: 0.8, matrixShare: 0.4, perLayerUs: 33, decodeSpread: 0.23, prefillSpread: 0.55 },
  metal: { bandwidthShare: 0.8, matrixShare: 0.6, perLayerUs: 125, decodeSpread: 0.23, prefillSpread: 0.5 },
  sycl: { bandwidthShare: 0.7, matrixShare: 0.3, perLayerUs: 41, decodeSpread: 0.5, prefillSpread: 0.55 },
};

/** What one CPU thread of a class does with quantised weights. The first row whose features the CPU has applies. */
export interface CpuClass {
  readonly features: readonly string[];
  /** weight bytes a thread multiplies per second with one token in flight */
  readonly decodeBytesPerSec: number;
  /** multiply-adds count two: FLOP per second of a thread with a full micro-batch */
  readonly prefillFlopsPerSec: number;
  readonly source: string;
}

export const CPU_CLASSES: readonly CpuClass[] = [
  {
    features: ["avx512f", "avx512-vnni"],
    decodeBytesPerSec: 24e9,
    prefillFlopsPerSec: 65e9,
    source:
      "one thread of an EPYC with AVX-512 VNNI: SmolLM2-135M Q4_1 6.9 ms and Gemma 3 270M Q4_K_M 11.9 ms a token give 24.3 GB/s and 97 us a layer; prompts 54 to 95 GFLOP/s",
  },
  {
    features: ["avx2"],
    decodeBytesPerSec: 11e9,
    prefillFlopsPerSec: 40e9,
    source:
      "one thread of a busy EPYC with AVX2: SmolLM2-135M Q4_1 15.4 ms a token, so 7.7 GB/s, and 30 GFLOP/s; the row stands above it for a quiet one",
  },
  {
    features: ["dotprod"],
    decodeBytesPerSec: 8e9,
    prefillFlopsPerSec: 40e9,
    source: "assumed near the AVX2 row until measured",
  },
  {
    features: [],
    decodeBytesPerSec: 1.5e9,
    prefillFlopsPerSec: 4e9,
    source: "baseline x86-64 build: 12 tok/s decode and prefill of the same model",
  },
];

/** Share of the measured copy bandwidth that reading weights can reach, and fixed time per layer and step on a CPU. */
export const CPU_BANDWIDTH_SHARE = 0.85;
export const CPU_PER_LAYER_US = 95;
/** Without a measured bandwidth: two channels of DDR4-3200, 51.2 GB/s peak, at the half that platforms reach. */
export const CPU_ASSUMED_BANDWIDTH = 25.6e9;
/** A second thread adds less than a first: kernels wait for each other after each operation. */
export const CPU_THREAD_EFFICIENCY = 0.85;
export const CPU_DECODE_SPREAD = 0.54;
export const CPU_PREFILL_SPREAD = 0.54;
