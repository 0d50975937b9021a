import { mkdir, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Geometry, randomModel } from "../../../../facts/model/index.ts";
import { cliContext } from "../../context.ts";
import { modelFor } from "../model-for.ts";

const geometry: Geometry = {
  architecture: "llama",
  name: "Tiny",
  embeddingLength: 64,
  vocabularySize: 320,
  contextLength: 4096,
  tiedEmbeddings: false,
  layers: Array.from({ length: 2 }, () => ({
    kind: "trunk" as const,
    mixer: { kind: "attention" as const, span: "full" as const, heads: 2, kvHeads: 1, keyLength: 32, valueLength: 32 },
    feedForward: { kind: "dense" as const, length: 128, gated: true },
  })),
};

/** A home of its own, with a file in it where one is named, and the question asked there. */
export async function askingHome(file?: string, more: Readonly<Record<string, string>> = {}) {
  const folder = await mkdtempDisposable(join(tmpdir(), "loadout-"));
  const notes: string[] = [];
  const told: string[] = [];
  const env = { LOADOUT_HOME: folder.path, HF_HOME: join(folder.path, "hf"), HOME: folder.path, ...more };
  const context = {
    ...cliContext(process, new AbortController().signal, 0),
    process: { ...process, env },
    note: (text: string) => void notes.push(text),
  };
  const weights = join(folder.path, "data/weights/tiny");
  await mkdir(weights, { recursive: true });
  const path = join(weights, file ?? "none");
  if (file !== undefined) {
    const bytes = randomModel(geometry, () => 0.5, "F16");
    await writeFile(path, bytes);
  }
  const progress = { update: (text: string) => void told.push(text), done: () => undefined };
  return {
    notes,
    /** lines of progress */
    told,
    path,
    folder: folder.path,
    ask: (typed: string, quant?: string) => modelFor(context, typed, quant === undefined ? {} : { quant }, progress),
    [Symbol.asyncDispose]: () => folder.remove(),
  };
}
