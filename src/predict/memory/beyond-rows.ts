import type { Backend } from "../../facts/hardware/index.ts";

/** An interval in MiB: least seen, usual, most seen. */
export type Mebibytes = readonly [low: number, usual: number, high: number];

/** What the driver takes of a device for a process: its context and the engine's kernels. */
export interface ContextRow {
  readonly backend: Backend;
  /** compute capability or AMD target begins so; the first row that speaks of a device counts */
  readonly target?: RegExp;
  readonly mib: Mebibytes;
  readonly source: string;
}

/** `unaccounted` of llama.cpp's exit tables holds this, the pools and other programs; direct readings are of the driver. */
export const CONTEXTS: readonly ContextRow[] = [
  {
    backend: "cuda",
    target: /^1[0-9]\./,
    mib: [300, 550, 760],
    source: "749 to 753 MiB unaccounted on an RTX PRO 6000, pools included",
  },
  {
    backend: "cuda",
    target: /^8\.9/,
    mib: [280, 380, 460],
    source: "451 to 456 MiB unaccounted on an RTX 4090, pools included",
  },
  {
    backend: "cuda",
    target: /^[5-9]\./,
    mib: [250, 300, 460],
    source: "298 MiB on an A40: the driver counts 480 and 492 where the engine's buffers are 183 and 194",
  },
  { backend: "cuda", mib: [250, 380, 760], source: "298 on an A40 to 750 MiB on large Blackwell" },
  {
    backend: "rocm",
    target: /^gfx12/,
    mib: [300, 700, 1240],
    source: "1,221 to 1,241 MiB unaccounted on an RX 9070 XT, pools and other programs included",
  },
  { backend: "rocm", mib: [200, 300, 700], source: "253 MiB unaccounted on an MI50, pools included" },
  { backend: "vulkan", mib: [60, 160, 300], source: "251 MiB unaccounted on an L4 under Vulkan, pools included" },
  { backend: "metal", mib: [20, 60, 200], source: "assumed: Metal keeps little beside its buffers" },
  { backend: "sycl", mib: [100, 250, 600], source: "assumed like Vulkan and CUDA together" },
  { backend: "cpu", mib: [20, 60, 150], source: "assumed: the engine's server on a node" },
];

/**
 * Workspace of the matrix library, which is beside the engine's own pool. cuBLAS: 4 MiB and 16 KiB a handle by default, 32 MiB
 * on Hopper and later (its documentation, CUBLAS_WORKSPACE_CONFIG).
 */
export const LIBRARY_WORKSPACE: Readonly<Partial<Record<Backend, Mebibytes>>> = {
  cuda: [0, 8, 32],
  rocm: [0, 32, 76],
};

/** Sizes to which back ends round what they allocate; a buffer is one allocation. */
export const GRANULARITY: Readonly<Partial<Record<Backend, { readonly bytes: number; readonly source: string }>>> = {
  cuda: { bytes: 2 ** 21, source: "the driver hands out device memory in pages of 2 MiB" },
  rocm: { bytes: 2 ** 21, source: "the driver hands out device memory in pages of 2 MiB" },
  vulkan: { bytes: 2 ** 16, source: "drivers hand out device memory in pages of 64 KiB" },
  metal: { bytes: 2 ** 14, source: "pages of 16 KiB" },
};

/** The engine's process on the host: code, libraries, stacks, scratch. MiB. */
export const PROCESS: { readonly mib: Mebibytes; readonly source: string } = {
  mib: [110, 170, 300],
  source: "resident size of the engine's process less its buffers, measured on Linux x64",
};
