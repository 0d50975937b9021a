import type { PeerAnswer, Sizes } from "./peer.ts";
import type { AskedRow } from "./questions.ts";

export type SizeTerm = keyof Sizes;
const TERMS: readonly SizeTerm[] = ["weights", "cache", "compute", "context"];

export interface PeerScore {
  readonly peer: string;
  readonly term: SizeTerm;
  readonly rows: number;
  readonly refused: number;
  /** of |answer - truth| / truth over the rows answered */
  readonly median: number;
  readonly p95: number;
  /** share of the rows answered that lie below the truth by more than 2% */
  readonly under: number;
}

/** less than this is not called too low */
const UNDER = 0.02;

/** A score a term that the peer gives at all. */
export function scorePeer(peer: string, rows: readonly AskedRow[], answers: readonly PeerAnswer[]): PeerScore[] {
  return TERMS.flatMap((term) => {
    const known = rows.filter(({ truth }) => truth[term] !== undefined).length;
    const errors = rows
      .map(({ truth }, index) => errorOf(answers[index]!, truth, term))
      .filter((error) => error !== undefined);
    if (errors.length === 0) return [];
    const sizes = errors.map(Math.abs).sort((a, b) => a - b);
    const quantile = (share: number): number => sizes[Math.min(sizes.length - 1, Math.floor(sizes.length * share))]!;
    const under = errors.filter((error) => error < -UNDER).length / errors.length;
    const refused = known - errors.length;
    return [{ peer, term, rows: known, refused, median: quantile(0.5), p95: quantile(0.95), under }];
  });
}

/** Figures on which a peer is nearer to the truth than we are. */
export function farther(
  rows: readonly AskedRow[],
  answers: readonly PeerAnswer[],
): { readonly row: AskedRow; readonly term: SizeTerm; readonly theirs: number }[] {
  return rows.flatMap((row, index) =>
    TERMS.flatMap((term) => {
      const theirs = errorOf(answers[index]!, row.truth, term);
      const ours = errorOf(row.ours, row.truth, term);
      if (theirs === undefined || ours === undefined || Math.abs(ours) <= Math.abs(theirs)) return [];
      return [{ row, term, theirs: sizeOf(answers[index]!, term)! }];
    }),
  );
}

function errorOf(answer: PeerAnswer, truth: Sizes, term: SizeTerm): number | undefined {
  const size = sizeOf(answer, term);
  const known = truth[term];
  return size === undefined || known === undefined ? undefined : (size - known) / known;
}

function sizeOf(answer: PeerAnswer, term: SizeTerm): number | undefined {
  return "refused" in answer ? undefined : answer[term];
}
