import type { Estimate } from "../../predict/estimate/index.ts";
import { termOf, type TermName } from "./terms.ts";

/** A term of one loadout beside the same term of another. Bytes. */
export interface TermDifference {
  readonly term: TermName;
  /** "devices", or "host" */
  readonly where: "devices" | "host";
  readonly first: number;
  readonly second: number;
  /** second - first: the differences of all terms sum to the difference of the whole */
  readonly difference: number;
  /** the buffers on either side, with their arithmetic */
  readonly firstLeaves: readonly Estimate[];
  readonly secondLeaves: readonly Estimate[];
}

/** Why two loadouts take different memory: term by term, largest difference first; terms that are equal come last. */
export function memoryDifferences(first: Estimate, second: Estimate): TermDifference[] {
  const [one, other] = [groupsOf(first), groupsOf(second)];
  const keys = new Map([...one, ...other].map(([key, { term, where }]) => [key, { term, where }]));
  return [...keys]
    .map(([key, { term, where }]): TermDifference => {
      const [firstLeaves, secondLeaves] = [one.get(key)?.leaves ?? [], other.get(key)?.leaves ?? []];
      const [a, b] = [total(firstLeaves), total(secondLeaves)];
      return { term, where, first: a, second: b, difference: b - a, firstLeaves, secondLeaves };
    })
    .toSorted((a, b) => Math.abs(b.difference) - Math.abs(a.difference));
}

interface Group extends Pick<TermDifference, "term" | "where"> {
  readonly leaves: Estimate[];
}

function groupsOf({ parts = [] }: Estimate): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const place of parts) {
    const where = place.key === "host" ? "host" : "devices";
    for (const leaf of place.parts ?? []) {
      const term = termOf(leaf.key);
      const group = groups.get(`${where} ${term}`) ?? { term, where, leaves: [] };
      groups.set(`${where} ${term}`, group);
      group.leaves.push(leaf);
    }
  }
  return groups;
}

function total(leaves: readonly Estimate[]): number {
  return leaves.reduce((sum, { value }) => sum + value, 0);
}
