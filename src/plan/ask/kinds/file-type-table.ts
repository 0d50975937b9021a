import { outlined, searchModel, type SearchRow } from "../../search/index.ts";
import type { FitQuestion } from "../question/index.ts";

/** The usual file types of the model that was asked about, on the same rig and under the same program. */
export function fileTypeTable({ request, setup }: FitQuestion): SearchRow[] {
  const { geometry, tensors } = request;
  return searchModel(outlined({ geometry, shapes: tensors }, setup));
}
