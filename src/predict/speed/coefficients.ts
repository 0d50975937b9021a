import type { Backend, Vendor } from "../../facts/hardware/index.ts";

/**
 * Coefficients of the speed model, per back end. GPU rows: fitted to published llama.cpp measurements of some 50 devices
 * (decode: whole devices left out, median error 8%), rounded; what they do on devices looked up in the catalog stands in
 * pace.test.ts. CPU rows: measured with llama.cpp's quantised kernels, one thread.
 */
export interface BackendCoefficients {
  /** share of the matrix rate that F16 prompt processing reaches on a small chip, see CHIP_LOSS */
  readonly matrixShare: number;
  /** fixed time per layer and step, microseconds: launches, synchronisation */
  readonly perLayerUs: number;
  /** half-width of the 80% band, natural logarithm */
  readonly decodeSpread: number;
  readonly prefillSpread: number;
}

/**
 * Matrix shares: the fit's 0.56 x what a back end adds. CUDA: x 0.91 x 1.2 for the designs since 2020. Metal: x 1.27. ROCm and
 * Vulkan: between cards (0.6: RX 7900 XTX, llama.cpp #26284) and chips that share the host's memory (0.3: Strix Halo), hence
 * the wide band. SYCL: assumed. Metal's band holds an M1 Max that is a quarter slower than the fit.
 */
export const BACKENDS: Record<Exclude<Backend, "cpu">, BackendCoefficients> = {
  cuda: { matrixShare: 0.62, perLayerUs: 28.5, decodeSpread: 0.23, prefillSpread: 0.5 },
  rocm: { matrixShare: 0.5, perLayerUs: 56, decodeSpread: 0.23, prefillSpread: 0.65 },
  vulkan: { matrixShare: 0.5, perLayerUs: 33, decodeSpread: 0.23, prefillSpread: 0.65 },
  metal: { matrixShare: 0.71, perLayerUs: 125, decodeSpread: 0.3, prefillSpread: 0.5 },
  sycl: { matrixShare: 0.4, perLayerUs: 41, decodeSpread: 0.5, prefillSpread: 0.55 },
};

/** Share of peak memory bandwidth that reading weights reaches; stacked memory (HBM) reaches less of its own. Same fit. */
export const BANDWIDTH_SHARE = 0.875;
export const HBM_SHARE = 0.8;

/** Prompts of quantised weights against F16 ones: kernels unpack as they multiply. Same fit. */
export const QUANTISED_SHARE = 0.78;

/**
 * A large chip is not filled by a small matrix: the rate divides by 1 + CHIP_LOSS x rate / 100 TFLOP/s x 4096 / width of the
 * model x 512 / micro-batch. Same fit.
 */
export const CHIP_LOSS = 0.18;

/** Attention in shaders, decoding: times its ideal FLOPs. In matrix units, prompts with flash attention: the same. Same fit. */
export const DECODE_ATTENTION_COST = 4.8;
export const PREFILL_ATTENTION_COST = 4.5;

/** Shader FLOPs to unpack one weight while decoding. The first row whose names begin a type's name applies. Same fit. */
const UNPACK_FLOPS: readonly (readonly [names: readonly string[], flops: number])[] = [
  [["F32", "F16"], 1.15],
  [["BF16"], 1.7],
  [["Q8"], 1.3],
  [["Q6_K", "Q4_0", "Q4_1", "Q5_0", "Q5_1"], 3.1],
  [["Q4_K", "Q5_K", "IQ4"], 4],
  [["Q2_K", "Q3_K"], 7.3],
  [["IQ", "TQ"], 13],
  [["MXFP4", "NVFP4"], 2.2],
];

export function unpackFlops(type: string): number {
  return UNPACK_FLOPS.find(([names]) => names.some((name) => type.startsWith(name)))?.[1] ?? 4;
}

/** How well a vendor's shaders do that work against the mean. Same fit. */
export const UNPACK_COST: Partial<Record<Vendor, number>> = { nvidia: 0.66, apple: 1.52, amd: 2.3, intel: 1.05 };

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
