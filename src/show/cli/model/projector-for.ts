import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { LoadoutError } from "../../../facts/errors/index.ts";
import { type Projector, projectorFromGguf } from "../../../facts/model/index.ts";
import { readGguf } from "../../../facts/weights/index.ts";
import type { Weights } from "../../../plan/ask/model/index.ts";
import type { FoundProjector } from "../../../plan/ask/question/index.ts";
import { openFileSource } from "../../../run/source/file-source.ts";

/** The projector that was named, or the one file of its kind beside the model's; undefined where there is none, or several. */
export async function projectorFor(typed: string | undefined, weights: Weights): Promise<FoundProjector | undefined> {
  if (typed !== undefined && !existsSync(typed)) {
    throw new LoadoutError("projector-missing", { what: typed, name: weights.facts.name });
  }
  const path = typed ?? besideModel(weights.path);
  if (path === undefined) return undefined;
  const source = await openFileSource(resolve(path));
  try {
    const projector = projectorFromGguf(await readGguf(source));
    // in a folder of many models it may be another one's
    if (typed === undefined && !reaches(projector, weights)) return undefined;
    const where = typed === undefined ? ", which lies beside the model" : "";
    return {
      projector: { ...projector, name: basename(path) },
      path: resolve(path),
      source: `the header of ${basename(path)}${where}`,
    };
  } finally {
    await source.close();
  }
}

/** Whether what comes out can be as wide as what goes into the model; what reads it says no other width (mtmd.cpp, `init`). */
function reaches({ tensors }: Projector, { geometry }: Weights): boolean {
  return tensors.some(({ name, shape }) => !name.includes(".blk.") && shape.includes(geometry.embeddingLength));
}

/** Projector files are usually called mmproj-*.gguf, or *-mmproj-*.gguf. */
const PROJECTOR = /mmproj.*\.gguf$/i;

function besideModel(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const folder = dirname(path);
  const files = readdirSync(folder).filter((name) => PROJECTOR.test(name));
  return files.length === 1 ? join(folder, files[0]!) : undefined;
}
