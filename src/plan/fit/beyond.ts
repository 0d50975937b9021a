import type { Backend } from "../../facts/hardware/index.ts";
import { between, type Estimate } from "../../predict/estimate/index.ts";

const MIB = 2 ** 20;

/** What a process takes on a device beside the engine's printed buffers: driver context, kernels, run-time pools. MiB. */
const DEVICE_CONTEXT: Record<Backend, readonly [low: number, value: number, high: number, source: string]> = {
  cuda: [
    300,
    450,
    800,
    "unaccounted memory in published llama.cpp tables: 298 on an A40, 451 to 456 on an RTX 4090, 750 on large Blackwell",
  ],
  rocm: [250, 400, 1240, "published llama.cpp tables: 253 on an MI50, about 1.2 GiB on an RX 9070 XT"],
  vulkan: [100, 250, 450, "published llama.cpp tables: 251 on an L4"],
  metal: [20, 60, 200, "assumed: Metal keeps little beside its buffers"],
  sycl: [100, 300, 800, "assumed like the Vulkan and CUDA rows together"],
  cpu: [0, 0, 0, "no device"],
};

/** The process itself on the host: Node, the engine's code, its thread stacks and scratch. MiB. */
const PROCESS = [110, 170, 300] as const;

export function deviceContext(backend: Backend): Estimate {
  const [low, value, high, source] = DEVICE_CONTEXT[backend];
  return between("context", "driver context and pools", [low * MIB, value * MIB, high * MIB], "assumed", source);
}

export function processMemory(): Estimate {
  const [low, value, high] = PROCESS;
  const source = "resident size of the engine's process less its buffers, measured on Linux x64";
  return between("process", "the engine's process", [low * MIB, value * MIB, high * MIB], "assumed", source);
}
