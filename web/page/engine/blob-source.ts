import type { ByteSource } from "../../../src/facts/weights/index.ts";

/** A dropped file as the readers want it: only the slices they ask for are read, never the whole. */
export function blobSource(blob: Blob, name: string): ByteSource {
  return {
    name,
    size: blob.size,
    read: async (offset, length) => new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()),
  };
}
