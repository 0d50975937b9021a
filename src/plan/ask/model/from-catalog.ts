import { LoadoutError } from "../../../facts/errors/index.ts";
import {
  type CatalogModel,
  embedsTexts,
  type Geometry,
  type ModelMatch,
  modelCatalog,
  tensorList,
} from "../../../facts/model/index.ts";
import { fileTypeOf, usualFileType } from "../../../facts/recipe/index.ts";
import { byRecipe, type BySizes } from "./by-recipe.ts";
import type { Weights } from "./weights.ts";

/** Where a row's dimensions are from, in a few words; its sources are what `loadout models` prints. */
const BASIS: Readonly<Record<CatalogModel["basis"], string>> = {
  config: "its published configuration",
  derived: "derived from totals and defaults",
  recalled: "recalled",
};

/** What few rows need. */
const rarely = () => import("./upper-bound.ts");

/** Rows named in a refusal, at most. */
const NAMED = 8;

/**
 * A model by what a person types for it, sizes by the recipe of its file type. `undefined` with the nearest names where the
 * catalog has none of it; refused where it has several.
 */
export async function fromCatalog(
  typed: string,
  quant: string | undefined,
  mtp = false,
): Promise<{ readonly weights: Weights } | { readonly weights?: undefined; readonly near: readonly string[] }> {
  const { findModel, geometryFromRow, withoutGeometry } = await modelCatalog();
  const match = findModel(typed);
  if (match.kind === "none") return { near: match.near.map(({ id }) => id) };
  if (match.kind === "several") throw several(typed, match);
  const { row, id, context } = match;
  const geometry = geometryFromRow(row, { context, mtp });
  const shapes = geometry && tensorList(geometry);
  if (!geometry || !shapes) {
    const reason = withoutGeometry(row) ?? `the tensors of architecture "${row.architecture}" are not written down`;
    const advice = `Name a .gguf file of it, or hf:owner/name of a repository with .gguf files. \`loadout models "${id}"\` says what is known.`;
    const { bytes, says } = (await rarely()).upperBound(row, quant ?? "Q8_0");
    throw new LoadoutError("model-unpredictable", { name: row.name, reason, advice: says + advice, boundBytes: bytes });
  }
  const asked = quant ?? match.fileType;
  const layers = row.unplaced === undefined ? undefined : (await rarely()).assumedLayers(row);
  // the same list each time: what is found of it is kept by it
  const files = new Map<string, BySizes>();
  const inFileType = (fileType: string, because?: string): Weights => {
    const sizes = files.get(fileType) ?? byRecipe(geometry, shapes, fileType);
    files.set(fileType, sizes);
    const { tensors, parameters, fileBytes, assumption } = sizes;
    return {
      argument: `${id}:${fileType}`,
      geometry,
      tensors,
      facts: {
        name: id === row.id ? row.name : id,
        architecture: geometry.architecture,
        parameters,
        quantization: fileType,
        fileBytes,
        contextLength: context,
        sizesFrom: "formula",
        source: `the catalog's row ${row.id} (${BASIS[row.basis]})`,
      },
      assumptions: [
        ...(layers === undefined ? [] : [layers]),
        ...(because === undefined ? [] : [`${fileType}, ${because} (--quant)`]),
        assumption,
        ...(mtp ? ["the file holds the appended block that guesses ahead, as only some published files do"] : []),
        ...(row.basis === "recalled" ? ["the model's dimensions are recalled without a source"] : []),
      ],
    };
  };
  if (asked !== undefined) return { weights: inFileType(fileTypeOf(asked)) };
  if (embedsTexts(geometry)) return { weights: inFileType(...usualOfEmbedder(geometry)) };
  const usual = inFileType(usualFileType(geometry.architecture), "since no quantization was named");
  return { weights: { ...usual, inFileType } };
}

/** Encoders are small and published in half precision; decoders that make vectors are larger, and lose little at eight bits. */
function usualOfEmbedder({ cacheless }: Geometry): [fileType: string, because: string] {
  return cacheless
    ? ["F16", "as encoders are usually published"]
    : ["Q8_0", "as embedders of this kind are usually published"];
}

function several(got: string, { rows }: Extract<ModelMatch, { kind: "several" }>): LoadoutError {
  const names = rows
    .toSorted((a, b) => a.priority - b.priority)
    .map(({ name }) => name)
    .slice(0, NAMED);
  const more = rows.length > NAMED ? `, and ${rows.length - NAMED} more` : "";
  return new LoadoutError("unknown-value", {
    what: "model",
    expected: names.join(", ") + more,
    got,
    nearest: names[0]!,
  });
}
