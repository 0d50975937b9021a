import type { ChipRule, KernelRow } from "./kernel.ts";

const HALVES = ["F32", "F16", "BF16"];
const LEGACY = ["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0"];
const K = ["Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K"];
const INDEXED = ["IQ1_S", "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ3_XXS", "IQ3_S", "IQ4_NL", "IQ4_XS"];
const FP4 = ["MXFP4", "NVFP4"];
const ONE_BIT = ["Q1_0", "Q2_0"];
const TERNARY = ["TQ1_0", "TQ2_0"];
/** those with a kernel that multiplies them as they are stored */
const MMQ = [...ONE_BIT, ...LEGACY, ...K, ...INDEXED];

const DATE = "2026-10";
const VERSIONS = "b11434";
const CUDA_SOURCE = "llama.cpp b11434, `ggml-cuda/mmq.cu` (ggml_cuda_should_use_mmq), `common.cuh` (ggml_cuda_dp4a)";

const nvidia = (from: number, below?: number): ChipRule => ({
  vendor: "nvidia",
  backends: ["cuda"],
  from,
  ...(below === undefined ? {} : { below }),
});
const amd = (...targets: string[]): ChipRule => ({ vendor: "amd", backends: ["rocm"], targets });

type Said = Pick<KernelRow, "name" | "stores" | "on" | "grade" | "computes"> &
  Partial<Pick<KernelRow, "note" | "source">>;
const row = (said: Said): KernelRow => ({
  runtime: "llama.cpp",
  versions: VERSIONS,
  source: CUDA_SOURCE,
  date: DATE,
  ...said,
});

/** Kernels of llama.cpp's back ends by stored type. A type that no row names for a chip is computed on the CPU there. */
export const LLAMACPP_KERNELS: readonly KernelRow[] = [
  row({
    name: "FP4 tensor cores (W4A4)",
    stores: FP4,
    on: nvidia(12),
    grade: "native",
    computes: "FP4 x FP4",
    note: "prompts alone; activations are rounded to four bits too, GGML_CUDA_MMQ_PREC=q8 keeps eight",
  }),
  row({ name: "MMQ, INT8 tensor cores", stores: MMQ, on: nvidia(7.5), grade: "unpacked", computes: "INT8" }),
  row({ name: "MMQ, INT8 tensor cores", stores: FP4, on: nvidia(7.5, 12), grade: "unpacked", computes: "INT8" }),
  row({
    name: "unpacked to FP16, cuBLAS",
    stores: ["IQ1_M"],
    on: nvidia(7),
    grade: "slow",
    computes: "FP16",
    note: "no MMQ kernel: prompts are unpacked first",
  }),
  row({
    name: "DP4A to 64 rows, then cuBLAS",
    stores: [...MMQ, ...FP4],
    on: nvidia(7, 7.5),
    grade: "unpacked",
    computes: "INT8, FP16",
    note: "Volta: FP16 tensor cores after unpacking for prompts",
  }),
  row({
    name: "MMQ, DP4A",
    stores: [...MMQ, ...FP4],
    on: nvidia(6.1, 7),
    grade: "unpacked",
    computes: "INT8",
    note: "no matrix units: prompts are slow",
  }),
  row({
    name: "byte products without DP4A",
    stores: [...MMQ, ...FP4, "IQ1_M"],
    on: nvidia(6, 6.1),
    grade: "slow",
    computes: "FP16, INT8 emulated",
  }),
  row({ name: "unpacked to FP32, cuBLAS", stores: ["IQ1_M"], on: nvidia(6.1, 7), grade: "slow", computes: "FP32" }),
  row({ name: "cuBLAS", stores: HALVES, on: nvidia(8), grade: "native", computes: "as stored" }),
  row({
    name: "cuBLAS",
    stores: HALVES,
    on: nvidia(7, 8),
    grade: "native",
    computes: "FP16, FP32",
    note: "BF16 has no tensor cores before 8.0: it is widened",
  }),
  row({
    name: "cuBLAS",
    stores: HALVES,
    on: nvidia(6, 7),
    grade: "slow",
    computes: "FP32, FP16",
    note: "no tensor cores",
  }),

  row({
    name: "MMQ, MFMA",
    stores: [...MMQ, ...FP4],
    on: amd("gfx908", "gfx90a", "gfx94", "gfx95"),
    grade: "unpacked",
    computes: "INT8",
    note: "beside rocBLAS for large prompts on CDNA 1 and 2",
  }),
  row({
    name: "MMQ, WMMA",
    stores: [...MMQ, ...FP4],
    on: amd("gfx11", "gfx12"),
    grade: "unpacked",
    computes: "INT8",
    note: "beside hipBLAS for some types and large prompts",
  }),
  row({
    name: "MMQ, DP4A",
    stores: [...MMQ, ...FP4],
    on: amd("gfx906", "gfx103"),
    grade: "unpacked",
    computes: "INT8",
    note: "no matrix units: prompts are slow",
  }),
  row({
    name: "byte products without DP4A",
    stores: [...MMQ, ...FP4, "IQ1_M"],
    on: amd("gfx900", "gfx101"),
    grade: "slow",
    computes: "INT8 emulated",
  }),
  row({
    name: "unpacked to FP16, hipBLAS",
    stores: ["IQ1_M"],
    on: amd("gfx906", "gfx908", "gfx90a", "gfx94", "gfx95", "gfx103", "gfx11", "gfx12"),
    grade: "slow",
    computes: "FP16",
  }),
  row({
    name: "hipBLAS",
    stores: HALVES,
    on: amd("gfx908", "gfx90a", "gfx94", "gfx95", "gfx11", "gfx12"),
    grade: "native",
    computes: "as stored",
  }),
  row({
    name: "hipBLAS",
    stores: HALVES,
    on: amd("gfx900", "gfx906", "gfx101", "gfx103"),
    grade: "slow",
    computes: "FP16, FP32",
    note: "no matrix units",
  }),

  row({
    name: "cooperative matrices, or integer dot products",
    stores: [...HALVES, ...MMQ, ...FP4, ...TERNARY, "IQ1_M"],
    on: { backends: ["vulkan"] },
    grade: "unpacked",
    computes: "FP16 or INT8, by the driver",
    note: "which one the driver offers is only seen on the machine",
    source: "llama.cpp b11434, `ggml-vulkan.cpp` (MUL_MAT of ggml_backend_vk_device_supports_op)",
  }),
  row({
    name: "simdgroup matrices; tensor units with Metal 4",
    stores: [...HALVES, ...MMQ, "MXFP4", "TQ2_0", "IQ1_M"],
    on: { vendor: "apple", backends: ["metal"] },
    grade: "unpacked",
    computes: "FP16, FP32",
    note: "M1 and later",
    source: "llama.cpp b11434, `ggml-metal-device.m` (ggml_metal_supports_mul_mat_op): all but NVFP4 and TQ1_0",
  }),
  row({
    name: "DP4A vectors, oneMKL and oneDNN",
    stores: [...HALVES, ...LEGACY, ...K, ...INDEXED, ...FP4, "Q1_0", "IQ1_M"],
    on: { backends: ["sycl"] },
    grade: "unpacked",
    computes: "INT8, FP16",
    source: "llama.cpp b11434, `ggml-sycl.cpp` (MUL_MAT of ggml_backend_sycl_device_supports_op): no TQ1_0, TQ2_0",
  }),

  ...processors(),
];

function processors(): KernelRow[] {
  const all = [...HALVES, ...MMQ, ...FP4, ...TERNARY, "IQ1_M"];
  const source = "llama.cpp b11434, `ggml-cpu/repack.cpp` (ggml_repack_get_optimal_repack_type) and `ggml-cpu.c`";
  const at = (name: string, stores: readonly string[], features: readonly string[], arch: "x64" | "arm64") =>
    row({ name, stores, on: { backends: ["cpu"], features, arch }, grade: "unpacked", computes: "INT8", source });
  return [
    at("rows interleaved, AVX2 and up", ["Q4_0", "Q4_K", "IQ4_NL", "MXFP4"], ["avx2"], "x64"),
    at("rows interleaved, AVX-512", ["Q2_K"], ["avx512f"], "x64"),
    at(
      "rows interleaved, matrix instructions",
      ["Q4_0", "Q4_K", "Q5_K", "Q6_K", "Q8_0", "Q1_0"],
      ["neon", "i8mm"],
      "arm64",
    ),
    at(
      "rows interleaved, dot products",
      ["Q4_0", "Q4_K", "Q5_K", "Q6_K", "Q8_0", "Q1_0", "IQ4_NL", "MXFP4"],
      ["neon", "dotprod"],
      "arm64",
    ),
    at("vector products, AVX2", all, ["avx2"], "x64"),
    at("vector products, NEON", all, ["neon"], "arm64"),
    row({
      name: "plain products",
      stores: all,
      on: { backends: ["cpu"] },
      grade: "slow",
      computes: "as the compiler makes it",
      source,
    }),
  ];
}
