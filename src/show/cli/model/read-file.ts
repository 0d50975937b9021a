import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { readGgufSet } from "../../../facts/weights/index.ts";
import { type ClosableSource, openFileSource } from "../../../run/source/file-source.ts";
import { type WeightsHere, weightsOfGguf } from "../../../plan/ask/model/index.ts";

/** Reads the header of a file, or of a whole split set by any of its files. */
export async function readWeights(path: string, argument: string = path): Promise<WeightsHere> {
  const opened: ClosableSource[] = [];
  const open = async (name: string): Promise<ClosableSource> => {
    const source = await openFileSource(name);
    opened.push(source);
    return source;
  };
  try {
    const file = await readGgufSet(await open(resolve(path)), async (name) =>
      existsSync(name) ? open(name) : undefined,
    );
    const weights = weightsOfGguf(file, argument, basename(path, ".gguf"));
    return { ...weights, path: resolve(path), facts: { ...weights.facts, path: resolve(path) } };
  } finally {
    await Promise.all(opened.map((source) => source.close()));
  }
}
