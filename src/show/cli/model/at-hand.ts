import { keyOf, typedName } from "../../../facts/model/index.ts";
import { findWeights, type LocalWeights, matchWeights } from "../../../run/fetch/local/index.ts";
import type { CliContext } from "../context.ts";
import { homeOf } from "../machine.ts";
import { modelsDirsOf } from "../models-dirs.ts";
import { readWeights } from "./read-file.ts";
import type { Weights } from "../../../plan/ask/model/index.ts";

/** What was found on this machine, and what of it the typed name means. */
export interface AtHand {
  readonly found: readonly LocalWeights[];
  readonly hits: readonly LocalWeights[];
}

/**
 * Files at hand that a typed name means: by the words of their names, or else as the catalog reads names ("qwen3 8b" is
 * `Qwen3-8B-Q4_K_M.gguf`). With a quantization named, only files of it.
 */
export async function atHand(
  context: CliContext,
  flags: { readonly models?: readonly string[] },
  typed: string,
  quant: string | undefined,
): Promise<AtHand> {
  const { home, config } = await homeOf(context);
  const { weights: found } = await findWeights({ home, modelsDirs: modelsDirsOf(flags, config) });
  const wanted = typedName(typed);
  const fileType = (quant ?? wanted.fileType)?.toUpperCase();
  const byWords = matchWeights(found, typed);
  const hits = byWords.length > 0 ? byWords : sameName(found, wanted.key);
  return { found, hits: fileType === undefined ? hits : hits.filter((row) => quantizationOf(row) === fileType) };
}

function sameName(found: readonly LocalWeights[], key: string): LocalWeights[] {
  if (key === "") return [];
  return found.filter(({ name, role, incomplete }) => {
    if (role !== "model" || incomplete !== undefined) return false;
    const stem = name.slice(name.indexOf(":") + 1);
    return typedName(`${stem}.gguf`).key === key || keyOf(name) === key;
  });
}

/** Of a file whose name does not say it, nothing is known without its header. */
function quantizationOf({ name }: LocalWeights): string | undefined {
  return typedName(`${name}.gguf`).fileType;
}

/** The file of a hub's repository that is in the cache already: the one of that file type, or the only one. */
export async function downloaded(
  context: CliContext,
  flags: { readonly models?: readonly string[] },
  repository: string,
  file: string | undefined,
  quant: string | undefined,
): Promise<Weights | undefined> {
  const { home, config } = await homeOf(context);
  const { weights } = await findWeights({ home, modelsDirs: modelsDirsOf(flags, config) });
  const hits = weights.filter(
    (row) =>
      row.role === "model" &&
      row.incomplete === undefined &&
      row.name.startsWith(`${repository}:`) &&
      (file === undefined || row.files.some((path) => path.replaceAll("\\", "/").endsWith(`/${file}`))) &&
      (quant === undefined || quantizationOf(row) === quant.toUpperCase()),
  );
  const [only, ...others] = hits;
  if (only === undefined || others.length > 0) return undefined;
  context.note(context.noteStyle.faint(`using the file at hand: ${only.path}`));
  return readWeights(only.path, only.name);
}
