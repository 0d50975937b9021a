import { modelCatalog } from "../../../src/facts/model/index.ts";
import { scoreLogRow } from "../../../src/plan/reconcile/index.ts";
import type { Fields } from "../fields.ts";
import type { RowTerm } from "../score.ts";

const catalog = await modelCatalog();

/** Scores one row of `llamacpp-logs*.jsonl`, as `loadout reconcile` does with a log that somebody pastes. */
export function scoreLogs(row: Fields): RowTerm[] {
  return scoreLogRow(catalog, row);
}
