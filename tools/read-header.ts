import { geometryFromGguf, type Geometry } from "../src/facts/model/index.ts";
import { readGguf, type Tensor } from "../src/facts/weights/index.ts";
import { openFileSource } from "../src/run/source/file-source.ts";

/** What a prediction is made from. */
export interface Header {
  readonly geometry: Geometry;
  readonly tensors: readonly Tensor[];
}

/** As the command line reads it from a file. */
export async function readHeader(path: string): Promise<Header> {
  const source = await openFileSource(path);
  try {
    const file = await readGguf(source);
    return { geometry: geometryFromGguf(file), tensors: file.tensors };
  } finally {
    await source.close();
  }
}
