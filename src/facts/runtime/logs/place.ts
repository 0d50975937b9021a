/** Where a buffer lies, from the name an engine gives it. */
export interface BufferPlace {
  /** "host", or the device's name in the engine: "CUDA0", "Vulkan1", "MTL0" */
  readonly device: string;
  /** a copy of weights in the layout of the processor's kernels, beside the mapped file */
  readonly repacked: boolean;
}

/**
 * Rows: a pattern of ggml's buffer-type names, and what it means; the first match wins.
 * Source: `ggml_backend_buft_name` of each back end in llama.cpp (2024 to October 2026).
 */
const ROWS: readonly (readonly [pattern: RegExp, place: (match: RegExpExecArray) => BufferPlace])[] = [
  // pinned host memory of a device's driver: CUDA_Host, Vulkan_Host, ROCm_Host, SYCL_Host, CANN_Host
  [/_Host$/, () => ({ device: HOST, repacked: false })],
  // extra buffer types of the processor: CPU_REPACK (2025 on), CPU_AARCH64 (before), AMX, KleidiAI
  [/^(?:CPU_(?:REPACK|AARCH64|KLEIDIAI)|AMX)$/, () => ({ device: HOST, repacked: true })],
  [/^(?:CPU|CPU_Mapped|CPU_HBM|BLAS|Accelerate)$/, () => ({ device: HOST, repacked: false })],
  // the file mapped into a device's address space, or private to it: MTL0_Mapped, Metal_Private
  [/^(.+?)_(?:Mapped|Private|Split)$/, (match) => ({ device: numbered(match[1]!), repacked: false })],
  [/^(.+)$/, (match) => ({ device: numbered(match[1]!), repacked: false })],
];

export const HOST = "host";

export function bufferPlace(label: string): BufferPlace {
  for (const [pattern, place] of ROWS) {
    const match = pattern.exec(label);
    if (match) return place(match);
  }
  return { device: label, repacked: false };
}

/** Back ends with one device name it without a number ("Metal"); it is their device 0. */
function numbered(name: string): string {
  return name === "Metal" ? "MTL0" : name;
}
