import { readFileSync, writeFileSync } from "node:fs";
import { TERMS } from "./compare.ts";
import type { Summary } from "./report.ts";

/** What a sweep reached and must keep: `data/oracle.json`. */
export interface Kept extends Summary {
  readonly seed: number;
  /** asked for; a few more are asked, as every architecture has the same number */
  readonly count: number;
}

export function readKept(path: string): Kept {
  const kept: Kept = JSON.parse(readFileSync(path, "utf8"));
  return kept;
}

export function writeKept(path: string, kept: Kept): void {
  writeFileSync(path, `${JSON.stringify(kept, undefined, 2)}\n`);
}

/** What got worse, in words; empty when nothing did. More questions than before are no excuse: shares are of all figures. */
export function regressions(now: Summary, kept: Kept): string[] {
  const worse: string[] = [];
  if (now.questions < kept.questions) worse.push(`${now.questions} questions, were ${kept.questions}`);
  if (now.disagreements > kept.disagreements) {
    worse.push(`${now.disagreements} where only one refuses, were ${kept.disagreements}`);
  }
  for (const term of TERMS) {
    const [is, was] = [now.terms[term], kept.terms[term]];
    for (const kind of ["exact", "withinOnePercent"] as const) {
      const missed = [is.figures - is[kind], was.figures - was[kind]] as const;
      if (missed[0] > missed[1])
        worse.push(`${term}: ${missed[0]} of ${is.figures} not ${WORDS[kind]}, were ${missed[1]}`);
    }
  }
  return worse;
}

const WORDS = { exact: "exact", withinOnePercent: "within 1%" } as const;
