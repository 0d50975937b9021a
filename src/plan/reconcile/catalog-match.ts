import type { modelCatalog } from "../../facts/model/index.ts";

/** The catalog of models, loaded: what is recognised by name or dimensions is looked up in it. */
export type Catalog = Awaited<ReturnType<typeof modelCatalog>>;
type CatalogModel = Catalog["MODELS"][number];

/** Dimensions by which a catalogued model is recognised; what is absent is not compared. */
export interface Dimensions {
  readonly architecture: string;
  readonly layers: number;
  readonly width: number;
  readonly heads?: number | undefined;
  readonly kvHeads?: number | undefined;
  readonly vocabulary?: number | undefined;
  readonly experts?: number | undefined;
}

/** Rows of the catalog with these dimensions. Files of one model differ in how far their vocabulary is padded. */
export function modelsOfDimensions(catalog: Catalog, wanted: Dimensions): CatalogModel[] {
  const alike = (row: CatalogModel): boolean =>
    row.architecture === wanted.architecture &&
    row.layers === wanted.layers &&
    row.width === wanted.width &&
    (wanted.heads === undefined || row.heads === wanted.heads) &&
    (wanted.kvHeads === undefined || row.kvHeads === wanted.kvHeads) &&
    (wanted.experts === undefined || (row.experts?.count ?? 0) === wanted.experts);
  const rows = catalog.MODELS.filter(alike);
  const same = rows.filter((row) => wanted.vocabulary === undefined || row.vocabulary === wanted.vocabulary);
  return same.length > 0 ? same : rows.filter((row) => near(row.vocabulary, wanted.vocabulary));
}

function near(vocabulary: number, wanted: number | undefined): boolean {
  return wanted === undefined || Math.abs(vocabulary - wanted) <= 1024;
}

/** The row a name stands for, if it stands for one. */
export function modelOfName(catalog: Catalog, name: string): CatalogModel | undefined {
  const match = catalog.findModel(name);
  return match.kind === "found" ? match.row : undefined;
}
