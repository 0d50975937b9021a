import type { Chip, KernelRow, RuntimeId } from "./kernel.ts";
import { LLAMACPP_KERNELS } from "./llamacpp.ts";
import { runsOn } from "./match.ts";
import { OLLAMA_KERNELS } from "./ollama.ts";
import { SERVER_KERNELS } from "./servers.ts";

/** Every kernel that is known, best first for the same type and chip. */
export const KERNELS: readonly KernelRow[] = [...LLAMACPP_KERNELS, ...OLLAMA_KERNELS, ...SERVER_KERNELS];

/** The kernel by which a program multiplies a stored type on a chip; undefined: none is known. */
export function kernelFor(runtime: RuntimeId, stored: string, chip: Chip): KernelRow | undefined {
  return KERNELS.find((row) => row.runtime === runtime && row.stores.includes(stored) && runsOn(row.on, chip));
}
