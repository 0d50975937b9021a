import { modelCatalog } from "../../src/facts/model/index.ts";
import { modelsOfDimensions as matching, type Dimensions } from "../../src/plan/reconcile/index.ts";

const catalog = await modelCatalog();

/** Rows of the catalog with these dimensions. */
export function modelsOfDimensions(wanted: Dimensions): (typeof catalog.MODELS)[number][] {
  return matching(catalog, wanted);
}

export const { geometryFromRow } = catalog;
