import { formatPercent } from "../../src/facts/units/index.ts";
import { errorOf, type ScoredTerm, type TermScore } from "./score.ts";

/** The table people read: a line per file and term, the worst rows of each file, the reasons of refusals, and files not scored. */
export function reportText(
  scores: readonly TermScore[],
  terms: readonly ScoredTerm[],
  notScored: readonly string[] = [],
): string {
  const lines = [["file", "term", "rows", "refused", "exact", "within 1%", "under", "median", "p95"]];
  for (const score of scores) {
    lines.push([
      score.file,
      score.term,
      String(score.rows),
      String(score.refused),
      String(score.exact),
      String(score.withinOnePercent),
      formatPercent(score.rows === 0 ? 0 : score.under / score.rows),
      formatPercent(score.medianError),
      formatPercent(score.p95Error),
    ]);
  }
  const files = [...new Set(terms.map(({ file }) => file))];
  const worstRows = files.flatMap((file) => worst(terms.filter((term) => term.file === file)));
  const unknown = notScored.map((file) => `not scored: ${file} (nothing here predicts what it holds)`);
  return [
    ...aligned(lines),
    "",
    ...(worstRows.length === 0 ? [] : ["worst rows", ...aligned(worstRows), ""]),
    ...refusals(terms),
    ...unknown,
  ].join("\n");
}

/** of each file */
const WORST = 10;

function worst(terms: readonly ScoredTerm[]): string[][] {
  return terms
    .map((term) => ({ term, error: errorOf(term) ?? 0 }))
    .filter(({ error }) => error !== 0)
    .sort((a, b) => Math.abs(b.error) - Math.abs(a.error))
    .slice(0, WORST)
    .map(({ term, error }) => [
      `${term.file}:${term.line}`,
      term.term,
      `${term.predicted} for ${term.truth}`,
      formatPercent(error, true),
    ]);
}

function refusals(terms: readonly ScoredTerm[]): string[] {
  const reasons = new Map<string, Set<string>>();
  for (const { refused, file, line } of terms) {
    if (refused === null) continue;
    const rows = reasons.get(refused) ?? new Set();
    rows.add(`${file}:${line}`);
    reasons.set(refused, rows);
  }
  if (reasons.size === 0) return [];
  const sorted = [...reasons].sort((a, b) => b[1].size - a[1].size);
  const lines = sorted.map(([reason, rows]) => [
    `${rows.size} rows`,
    reason,
    `(${[...rows][0]}${rows.size > 1 ? ", ..." : ""})`,
  ]);
  return ["refused", ...aligned(lines), ""];
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("  ")
      .trimEnd(),
  );
}
