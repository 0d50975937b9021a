import type { ScoredTerm } from "./score.ts";

/** Rates that differ by less say nothing about which device is faster. */
const LEAST_DIFFERENCE = 1.15;

export interface OrderScore {
  readonly pairs: number;
  readonly right: number;
}

/**
 * Whether predictions put two devices in the order in which the same repository measured them with the same question: each pair
 * of devices counts once, right where most of its comparisons are. LocalScore is left out.
 */
export function orderScore(terms: readonly ScoredTerm[]): OrderScore {
  const groups = new Map<string, ScoredTerm[]>();
  for (const term of terms) {
    if (term.group === undefined || term.predicted === null || term.group.backend.includes("LocalScore")) continue;
    const repository = term.group.source.split(/[:#]/)[0];
    const key = [repository, term.term, term.group.kind, term.group.question].join("\t");
    const held = groups.get(key);
    if (held) held.push(term);
    else groups.set(key, [term]);
  }
  const pairs = new Map<string, { right: number; count: number }>();
  for (const same of groups.values()) {
    for (const [at, a] of same.entries()) {
      for (const b of same.slice(at + 1)) {
        const names = [a.group!.device, b.group!.device].sort();
        if (names[0] === names[1]) continue;
        if (Math.max(a.truth, b.truth) < LEAST_DIFFERENCE * Math.min(a.truth, b.truth)) continue;
        const key = names.join("\t");
        const pair = pairs.get(key) ?? { right: 0, count: 0 };
        pair.count += 1;
        if (a.truth > b.truth === a.predicted! > b.predicted!) pair.right += 1;
        pairs.set(key, pair);
      }
    }
  }
  return { pairs: pairs.size, right: [...pairs.values()].filter(({ right, count }) => right * 2 > count).length };
}
