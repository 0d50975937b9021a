import { basename } from "node:path";
import type { LocalWeights } from "./weights.ts";

/**
 * The models a typed name means, best kind of match only: the whole name, the part after the colon or the file name, then any
 * part of the name. Capitals do not count. More than one result means that the name is ambiguous; of copies of one file in
 * several places the first place's counts.
 */
export function matchWeights(rows: readonly LocalWeights[], text: string): LocalWeights[] {
  const wanted = text.toLowerCase();
  const models = rows.filter((row) => row.role === "model" && row.incomplete === undefined);
  const tests: ((row: LocalWeights) => boolean)[] = [
    (row) => row.name.toLowerCase() === wanted || row.path === text,
    (row) => row.name.toLowerCase().split(":").includes(wanted) || basename(row.path).toLowerCase() === wanted,
    (row) => row.name.toLowerCase().includes(wanted),
  ];
  for (const test of tests) {
    const hits = models.filter(test);
    if (hits.length > 0) return hits.filter((row, index) => hits.findIndex((other) => isCopy(row, other)) === index);
  }
  return [];
}

function isCopy(a: LocalWeights, b: LocalWeights): boolean {
  return a.bytes === b.bytes && basename(a.path) === basename(b.path);
}
