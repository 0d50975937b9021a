import { open } from "node:fs/promises";
import { geometryFromGguf, type Geometry } from "../../src/facts/model/index.ts";
import { readGguf, type ByteSource, type Tensor } from "../../src/facts/weights/index.ts";

/** What a prediction is made from. */
export interface Header {
  readonly geometry: Geometry;
  readonly tensors: readonly Tensor[];
}

/** As the command line reads it from a file. */
export async function readHeader(path: string): Promise<Header> {
  const handle = await open(path);
  const source: ByteSource = {
    name: path,
    size: (await handle.stat()).size,
    read: async (offset, length) => {
      const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    },
  };
  try {
    const file = await readGguf(source);
    return { geometry: geometryFromGguf(file), tensors: file.tensors };
  } finally {
    await handle.close();
  }
}
