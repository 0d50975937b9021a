import type { ChipRule, KernelRow, RuntimeId } from "./kernel.ts";

/** NVIDIA cards of a compute capability and later, up to the first that is too new. */
export const nvidia = (from: number, below?: number): ChipRule => ({
  vendor: "nvidia",
  from,
  ...(below === undefined ? {} : { below }),
});

/** AMD GPUs whose target begins so. */
export const amd = (...targets: string[]): ChipRule => ({ vendor: "amd", targets });

type Said = Omit<KernelRow, "runtime" | "versions" | "source" | "date"> &
  Partial<Pick<KernelRow, "source" | "versions">>;

/** Rows of one program, with the source that most of them have. */
export const rowsOf =
  (runtime: RuntimeId, versions: string, source: string, date: string) =>
  (said: Said): KernelRow => ({ runtime, versions, source, date, ...said });

/** Schemes that are run alike. */
export const INT4 = ["gptq", "awq", "w4a16", "w4a16-g32"];
export const FP8 = ["fp8", "fp8-block"];
export const NF4 = ["bnb-nf4", "bnb-nf4-double"];
export const NVFP4 = ["nvfp4", "nvfp4-ffn"];

/** When pages without a date of their own were read. */
export const READ = "2026-11-22";
