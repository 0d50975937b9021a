import type { ChipRule, KernelRow } from "./kernel.ts";
import { amd, FP8, INT4, NF4, NVFP4, nvidia, READ, rowsOf } from "./rule.ts";
import { VLLM_KERNELS } from "./vllm.ts";

const sglang = rowsOf(
  "sglang",
  "0.5",
  "SGLang documentation, quantization: platform compatibility and GEMM back ends",
  READ,
);
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

const tgi = rowsOf(
  "tgi",
  "3.3.7 (the last)",
  "TGI documentation, quantization page; launcher/src/main.rs",
  "2026-01-08",
);
const TGI: readonly KernelRow[] = [
  tgi({
    name: "EXL2 kernels",
    stores: ["exl2-5bpw", "exl2-4bpw"],
    on: nvidia(8, 10),
    grade: "unpacked",
    computes: "FP16",
  }),
  tgi({
    name: "bitsandbytes LLM.int8",
    stores: ["bnb-int8"],
    on: nvidia(7.5, 10),
    grade: "slow",
    computes: "INT8, FP16",
  }),
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

const mlx = rowsOf(
  "mlx",
  "mlx-lm of 2026-08",
  "MLX documentation, mlx.core.quantize and quantized_matmul; mlx-lm `convert.py`",
  "2026-08-22",
);
const APPLE: ChipRule = { vendor: "apple", backends: ["metal"] };
const MLX: readonly KernelRow[] = [
  mlx({ name: "Metal matrix kernels", stores: ["bf16"], on: APPLE, grade: "native", computes: "BF16" }),
  mlx({
    name: "quantized_matmul",
    stores: ["mlx-8bit", "mlx-6bit", "mlx-5bit", "mlx-4bit", "mlx-3bit", "mlx-mxfp4"],
    on: APPLE,
    grade: "unpacked",
    computes: "FP16, BF16",
    note: "other widths and groups: 2, 3, 5 bits; groups of 32 and 128; mxfp4, nvfp4, mxfp8",
  }),
];

const exllama = rowsOf(
  "exllama",
  "exllamav3 1.6",
  "exllamav3 build matrix (7.5 to 12.0) and the author's notes on Turing",
  READ,
);
const EXL3 = ["exl3-6bpw", "exl3-5bpw", "exl3-4bpw", "exl3-3bpw"];
const EXL2 = ["exl2-5bpw", "exl2-4bpw"];
const EXLLAMA: readonly KernelRow[] = [
  exllama({
    name: "EXL2 kernels",
    stores: EXL2,
    on: nvidia(8),
    grade: "unpacked",
    computes: "FP16",
    versions: "exllamav2 0.3.2",
    note: "no longer where its author works",
    source: "exllamav2 0.3.2; flash attention needs 8.0",
  }),
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
export const SERVER_KERNELS: readonly KernelRow[] = [...VLLM_KERNELS, ...SGLANG, ...TGI, ...MLX, ...EXLLAMA];
