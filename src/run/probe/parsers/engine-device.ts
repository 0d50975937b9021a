import type { Backend } from "../../../facts/hardware/index.ts";

/** A device as an engine lists it. */
export interface EngineDevice {
  /** the engine's name, which its flags take: "CUDA0", "Vulkan1", "RPC0[127.0.0.1:50052]" */
  readonly id: string;
  readonly name?: string;
  /** absent for a device of another machine, or of an API that a rig does not model */
  readonly backend?: Backend;
  readonly totalBytes?: number;
  /** as printed; may be above total, and above the host's memory */
  readonly freeBytes?: number;
  /** false where the figure may be the heap's size instead: Vulkan without the memory budget extension */
  readonly freeIsMeasured?: boolean;
  readonly memoryKind?: "discrete" | "unified";
  readonly pciAddress?: string;
  /** "8.9", "gfx1151" */
  readonly architecture?: string;
  /** what the engine's own fit said it would take */
  readonly neededBytes?: number;
  readonly software?: true;
}

/** Backend by the letters of a device's name in llama.cpp. */
export function backendOfId(id: string): Backend | undefined {
  const word = /^[A-Za-z]+/.exec(id)?.[0]?.toLowerCase() ?? "";
  const backends: Readonly<Record<string, Backend>> = {
    cuda: "cuda",
    rocm: "rocm",
    hip: "rocm",
    vulkan: "vulkan",
    metal: "metal",
    mtl: "metal",
    sycl: "sycl",
  };
  return backends[word];
}
