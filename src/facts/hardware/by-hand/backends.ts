import type { Backend, Vendor } from "../rig.ts";

/** APIs that llama.cpp has for a maker's devices: the first is taken unless another is named. */
interface MakerRow {
  readonly backends: readonly Backend[];
  readonly because: string;
}

const MAKERS: Readonly<Record<Vendor, MakerRow>> = {
  nvidia: { backends: ["cuda", "vulkan"], because: "the fastest kernels for NVIDIA" },
  amd: { backends: ["rocm", "vulkan"], because: "AMD's own; Vulkan where ROCm does not install" },
  apple: { backends: ["metal"], because: "the only one on a Mac" },
  intel: { backends: ["vulkan", "sycl"], because: "it runs with the driver alone; SYCL needs oneAPI beside it" },
  qualcomm: { backends: ["vulkan"], because: "it runs with the driver alone" },
  generic: { backends: ["cuda", "vulkan", "rocm", "sycl"], because: "most cards are NVIDIA's" },
  unknown: { backends: ["cuda", "vulkan", "rocm", "sycl"], because: "most cards are NVIDIA's" },
};

export function backendOf(vendor: Vendor): { readonly backend: Backend; readonly because: string } {
  const { backends, because } = MAKERS[vendor];
  return { backend: backends[0]!, because };
}

export function backendsOf(vendor: Vendor): readonly Backend[] {
  return MAKERS[vendor].backends;
}
