import { formatBytes } from "../../../facts/units/index.ts";
import type { BufferType } from "./backends/buffer.ts";
import { cacheTensors } from "./cache.ts";
import type { GraphTensor } from "./graph/tensor.ts";
import type { Session } from "./compute.ts";
import { EngineRefusal, rejected } from "./reject.ts";
import { asTensor } from "./weight-buffers.ts";

/**
 * What a device refuses to allocate in one piece. Tensors are gathered into buffers up to the limit, but a tensor is never cut (ggml-alloc.c,
 * `ggml_backend_alloc_ctx_tensors_from_buft`), and Metal's and SYCL's allocation of more than the limit fails (`newBuffer...` gives nil
 * above `maxBufferLength`; `malloc_device` above `max_mem_alloc_size`). Vulkan keeps such weights on the host instead, and ends where
 * a cache is too large, which its back end says itself.
 */
export function checkStoredLimits({ caches, sizes, weights }: Session): void {
  for (const cache of caches)
    for (const tensor of Object.values(cacheTensors(cache, sizes.streams)))
      checkTensor(cache.bufferType, tensor, `layer ${cache.layer}'s cache`);
  for (const placed of weights.all) checkTensor(placed.bufferType, asTensor(placed), placed.tensor.name);
}

function checkTensor(type: BufferType, tensor: GraphTensor, what: string): void {
  checkPiece(type, type.allocationBytes(tensor), what);
}

/** One piece of what graphs need, where it is more than fits: of a tensor that is larger, a piece of its own is asked for. */
export function checkPiece({ failsAbove, maxBytes, name }: BufferType, bytes: number, what: string): void {
  if (!failsAbove || bytes <= maxBytes) return;
  const because = `${what} takes ${formatBytes(bytes)} in one piece, ${name} at most ${formatBytes(maxBytes)}`;
  throw new EngineRefusal(rejected("tensor-above-device-limit", because));
}
