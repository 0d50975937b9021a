import { mkdir, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomModel } from "../../../../facts/model/index.ts";
import { cliContext } from "../../context.ts";
import { TINY_GEOMETRY } from "../../testing/tiny-model.ts";
import { modelFor } from "../model-for.ts";

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
    const bytes = randomModel({ ...TINY_GEOMETRY, name: "Tiny" }, () => 0.5, "F16");
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
