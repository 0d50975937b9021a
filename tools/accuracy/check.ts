import type { TermScore } from "./score.ts";

/** Figures that were reached and must be kept. */
export type KeptScore = Pick<
  TermScore,
  "file" | "term" | "rows" | "refused" | "exact" | "withinOnePercent" | "p95Error"
>;

export function keep(scores: readonly TermScore[]): KeptScore[] {
  return scores.map(({ file, term, rows, refused, exact, withinOnePercent, p95Error }) => ({
    file,
    term,
    rows,
    refused,
    exact,
    withinOnePercent,
    p95Error: round(p95Error),
  }));
}

/** What got worse, in words; empty when nothing did. `only`: files scored are those whose names begin so. */
export function regressions(scores: readonly TermScore[], kept: readonly KeptScore[], only = ""): string[] {
  return kept.flatMap((before) => {
    if (!before.file.startsWith(only)) return [];
    const now = scores.find(({ file, term }) => file === before.file && term === before.term);
    const name = `${before.file} ${before.term}`;
    if (now === undefined) return [`${name}: was scored, is not any more`];
    const worse: string[] = [];
    if (now.rows < before.rows) worse.push(`${name}: ${now.rows} rows, were ${before.rows}`);
    if (now.refused > before.refused) worse.push(`${name}: ${now.refused} refused, were ${before.refused}`);
    if (now.exact < before.exact) worse.push(`${name}: ${now.exact} exact, were ${before.exact}`);
    if (now.withinOnePercent < before.withinOnePercent) {
      worse.push(`${name}: ${now.withinOnePercent} within 1%, were ${before.withinOnePercent}`);
    }
    if (now.refused === before.refused && round(now.p95Error) > before.p95Error) {
      worse.push(`${name}: p95 error ${round(now.p95Error)}, was ${before.p95Error}`);
    }
    return worse;
  });
}

function round(value: number): number {
  return Number(value.toPrecision(6));
}
