import { formatBytes } from "../../../facts/units/index.ts";
import type { BufferType } from "./backends/buffer.ts";
import { cacheTensors } from "./cache.ts";
import type { ComputeBuffers, Session } from "./compute.ts";
import { EngineRefusal, rejected } from "./reject.ts";
import { computeBuffer } from "./replay/assign.ts";
import { asTensor } from "./weight-buffers.ts";

/**
 * What a device refuses to allocate in one piece. Tensors are gathered into buffers up to the limit, but a tensor is never cut (ggml-alloc.c,
 * `ggml_backend_alloc_ctx_tensors_from_buft`), and Metal's and SYCL's allocation of more than the limit fails (`newBuffer...` gives nil
 * above `maxBufferLength`; `malloc_device` above `max_mem_alloc_size`). Vulkan keeps such weights on the host instead, and ends where
 * a cache is too large, which its back end says itself.
 */
export function checkStoredLimits({ caches, sizes, weights, memories }: Session): void {
  const limited = limitedOf(memories.devices);
  if (limited.size === 0) return;
  for (const cache of caches) {
    if (!limited.has(cache.bufferType)) continue;
    const { key, value } = cacheTensors(cache, sizes.streams);
    const bytes = Math.max(...[key, value].map((tensor) => cache.bufferType.allocationBytes(tensor)));
    refuseAbove(
      cache.bufferType,
      bytes,
      `the cache of layer ${cache.layer}`,
      "a shorter context, fewer sequences or -ctk q8_0 -ctv q8_0",
    );
  }
  for (const placed of weights.all) {
    const { bufferType, tensor } = placed;
    if (!limited.has(bufferType)) continue;
    refuseAbove(bufferType, bufferType.allocationBytes(asTensor(placed)), tensor.name, `-ot ${tensor.name}=CPU`);
  }
}

/** The same of graphs: of a tensor that is larger, a piece of its own is asked for. */
export function checkGraphLimits({ memories }: Session, { decided }: Pick<ComputeBuffers, "decided">): void {
  decided.forEach(({ chunks }, index) => {
    const type = computeBuffer(memories.backends, index);
    if (!limitedOf(memories.devices).has(type)) return;
    refuseAbove(
      type,
      Math.max(0, ...chunks[index]!),
      "a tensor of its graphs",
      "a smaller -ub, a shorter context or -fa on",
    );
  });
}

function limitedOf(devices: readonly BufferType[]): ReadonlySet<BufferType> {
  return new Set(devices.filter(({ maxBytes, failsAbove }) => failsAbove === true && maxBytes < Infinity));
}

function refuseAbove(type: BufferType, bytes: number, what: string, instead: string): void {
  if (bytes <= type.maxBytes) return;
  const [needs, most] = [bytes, type.maxBytes].map(formatBytes);
  const because = `${what} takes ${needs} in one piece, and ${type.name} allocates ${most} at most; ask for ${instead}`;
  throw new EngineRefusal(rejected("tensor-above-device-limit", because));
}
