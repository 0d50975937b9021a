/** One figure of one row: what the truth says and what was predicted, or why nothing was. All in bytes. */
export interface ScoredTerm {
  readonly file: string;
  /** from 1 */
  readonly line: number;
  /** "context", "host", "gpu[0]", "model_gpu[1]", "kv", ...; "row" where not even the row could be read, whose truth is then 0 */
  readonly term: string;
  readonly truth: number;
  readonly predicted: number | null;
  readonly refused: string | null;
  /** half of the last digit that was printed: nearer is not known, so nearer counts as exact; absent: known to the byte */
  readonly precision?: number;
  /** ends of the 80% band, where the prediction has one */
  readonly low?: number;
  readonly high?: number;
  /** what a rate is counted under */
  readonly group?: RateGroup;
  /** the same by rules that people use */
  readonly peers?: Readonly<Record<string, number>>;
  /** the scorer failed on the row: a mistake of ours, not of the row */
  readonly defect?: true;
}

/** Where a measured rate belongs: errors of rates are told by device, since one device has many rows. */
export interface RateGroup {
  readonly kind: string;
  readonly backend: string;
  readonly device: string;
  /** what was run, without where */
  readonly question: string;
  readonly source: string;
}

/** A figure without its row. */
export type RowTerm = Omit<ScoredTerm, "file" | "line">;

/** As the file of rows has it, field by field. */
export function rowLine({ file, line, term, truth, predicted, refused, low, high }: ScoredTerm): string {
  return JSON.stringify({ file, line, term, truth, predicted, refused, low, high });
}

/** Figures of one file and kind of term. Shares are of all rows, so that a refusal counts as a miss. */
export interface TermScore {
  readonly file: string;
  /** the term without its device index */
  readonly term: string;
  readonly rows: number;
  readonly refused: number;
  readonly exact: number;
  readonly withinOnePercent: number;
  readonly under: number;
  /** of |predicted - truth| / truth over the rows that were predicted */
  readonly medianError: number;
  readonly p95Error: number;
}

export function scoreTerms(terms: readonly ScoredTerm[]): TermScore[] {
  const groups = new Map<string, ScoredTerm[]>();
  for (const term of terms) {
    const key = `${term.file}\t${kindOf(term.term)}`;
    const group = groups.get(key) ?? [];
    group.push(term);
    groups.set(key, group);
  }
  return [...groups.values()].map(scoreGroup);
}

function scoreGroup(group: readonly ScoredTerm[]): TermScore {
  const errors = group.map(errorOf).filter((error) => error !== undefined);
  const sizes = errors.map(Math.abs).sort((a, b) => a - b);
  return {
    file: group[0]!.file,
    term: kindOf(group[0]!.term),
    rows: group.length,
    refused: group.filter((term) => term.predicted === null).length,
    exact: errors.filter((error) => error === 0).length,
    withinOnePercent: sizes.filter((size) => size <= 0.01).length,
    under: errors.filter((error) => error < 0).length,
    medianError: quantile(sizes, 0.5),
    p95Error: quantile(sizes, 0.95),
  };
}

/** Relative error, 0 where the digits known agree, undefined for a refused row. */
export function errorOf({ truth, predicted, precision = 0 }: ScoredTerm): number | undefined {
  if (predicted === null) return undefined;
  if (Math.abs(predicted - truth) <= precision) return 0;
  return truth === 0 ? Infinity : (predicted - truth) / truth;
}

function kindOf(term: string): string {
  return term.replace(/\[\d+\]$/, "");
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted.length === 0 ? 0 : sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}
