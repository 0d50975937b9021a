import { LoadoutError } from "../../../facts/errors/index.ts";
import { type CatalogModel, modelCatalog } from "../../../facts/model/index.ts";
import { usualFileType } from "../../../facts/recipe/index.ts";
import { ANSWER_VERSION, type CatalogAnswer, modelDetail, type ModelDetail } from "../../answer/index.ts";

/** Looks words up in the catalog; all of it where none are given. Words that mean nothing are a wrong question. */
export async function lookUp(words: string): Promise<CatalogAnswer> {
  const catalog = await modelCatalog();
  const detail = (row: CatalogModel, id: string, context: number, short: boolean): ModelDetail =>
    modelDetail(row, {
      id,
      context,
      geometry: catalog.geometryFromRow(row, { context }),
      without: catalog.withoutGeometry(row),
      tools: catalog.toolsFacts(row.id),
      sources: row.sources.map((source) => catalog.SOURCES[source]),
      ...(short ? { fileTypes: [usualFileType(row.architecture ?? "")] } : {}),
    });
  const answer = (models: readonly ModelDetail[]): CatalogAnswer => ({
    schema: ANSWER_VERSION,
    kind: "catalog",
    query: words,
    models,
  });
  const list = (rows: readonly CatalogModel[]) =>
    answer(rows.toSorted((a, b) => a.priority - b.priority).map((row) => detail(row, row.id, row.context, true)));
  if (words === "") return list([...catalog.MODELS, ...catalog.EMBEDDERS]);
  const match = catalog.findModel(words);
  if (match.kind === "found") return answer([detail(match.row, match.id, match.context, false)]);
  if (match.kind === "several") return list(match.rows);
  const near = match.near.map(({ id }) => id).join(", ") || "nothing like it";
  throw new LoadoutError("model-unlisted", { got: words, nearest: near });
}
