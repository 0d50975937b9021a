import { formatPercent } from "../../src/facts/units/index.ts";
import { errorOf, type ScoredTerm, type TermScore } from "./score.ts";

/** The table people read: a line per file and term, then the worst rows and the reasons of refusals. */
export function reportText(scores: readonly TermScore[], terms: readonly ScoredTerm[]): string {
  const lines = [["file", "term", "rows", "refused", "exact", "within 1%", "under", "median", "p95"]];
  for (const score of scores) {
    lines.push([
      score.file,
      score.term,
      String(score.rows),
      String(score.refused),
      String(score.exact),
      String(score.withinOnePercent),
      String(score.under),
      formatPercent(score.medianError),
      formatPercent(score.p95Error),
    ]);
  }
  return [...aligned(lines), "", ...worst(terms), ...refusals(terms)].join("\n");
}

const WORST = 10;

function worst(terms: readonly ScoredTerm[]): string[] {
  const missed = terms
    .map((term) => ({ term, error: errorOf(term) ?? 0 }))
    .filter(({ error }) => error !== 0)
    .sort((a, b) => Math.abs(b.error) - Math.abs(a.error))
    .slice(0, WORST);
  if (missed.length === 0) return [];
  const rows = missed.map(({ term, error }) => [
    `${term.file}:${term.line}`,
    term.term,
    `${term.predicted} for ${term.truth}`,
    formatPercent(error, true),
  ]);
  return ["worst rows", ...aligned(rows), ""];
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
  return ["refused", ...aligned(sorted.map(([reason, rows]) => [`${rows.size} rows`, reason]))];
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
