import type { ComputeBackend } from "./backend.ts";
import type { BufferType } from "./buffer.ts";

/**
 * A device of another machine (ggml-rpc.cpp, read, not run): the remote answers for alignment, largest buffer and the bytes a tensor
 * takes; every operation is taken for supported, and host weights are never copied to it for a batch.
 */
export function rpcBackend(name: string, remote: BufferType): ComputeBackend {
  const bufferType: BufferType = { ...remote, name };
  return {
    name,
    bufferType,
    supports: () => true,
    reads: (type) => type === bufferType,
    offloads: () => false,
  };
}
