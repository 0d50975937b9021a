import type { GraphTensor } from "../graph/tensor.ts";

/** A kind of memory the engine allocates from, with the rules it has for it. */
export interface BufferType {
  /** as the engine's log names it: "CPU", "CPU_REPACK", "Vulkan0", "Vulkan_Host" */
  readonly name: string;
  /** "host", or index of the device that owns it */
  readonly place: "host" | number;
  /** tensors start at multiples of this */
  readonly alignmentBytes: number;
  /** largest single allocation; more is split over several buffers */
  readonly maxBytes: number;
  /** a tensor above that is refused, where others put it elsewhere or have no limit */
  readonly failsAbove?: true;
  /** added to every allocation by the back end itself */
  readonly overheadBytes: number;
  /** plain host memory, readable by the CPU's operations and by copies to a device */
  readonly host: boolean;
  /** weights rearranged for the CPU's matrix kernels: nothing else can read them */
  readonly repacked: boolean;
  /** bytes a tensor takes, with the back end's padding and scratch */
  allocationBytes(tensor: GraphTensor): number;
}

/** What one allocation of a list of tensors comes to: each starts aligned, a buffer is closed where the next tensor would pass its limit. */
export function allocationOf(type: BufferType, tensorBytes: Iterable<number>): number {
  let total = 0;
  let current = 0;
  for (const bytes of tensorBytes) {
    const size = Math.ceil(bytes / type.alignmentBytes) * type.alignmentBytes;
    if (current > 0 && current + size > type.maxBytes) {
      total += current + type.overheadBytes;
      current = size;
    } else current += size;
  }
  return current > 0 ? total + current + type.overheadBytes : total;
}
