import { ALIASES, SAYS_NOTHING } from "./aliases.ts";
import type { CatalogRow } from "./row.ts";
import { CATALOG } from "./rows.ts";

/**
 * A device's name without what programs add or leave out: trade marks, the maker, "Graphics", dashes, the space in "80 GB".
 * Vulkan drivers put themselves behind it in brackets ("(RADV NAVI31)", "(DG2)"): those go as well.
 */
export function plainName(name: string): string {
  return name
    .toLowerCase()
    .replace(/\((?:tm|r|c)\)|[™®]/g, "")
    .replace(/\((pascal)\)/, "$1")
    .replace(/\s*\([^()]*\)\s*$/, "")
    .replace(/^\s*(?:nvidia|amd|intel)\b/, "")
    .replace(/\bgraphics\s*$/, "")
    .replace(/-/g, " ")
    .replace(/(\d) gb\b/g, "$1gb")
    .replace(/\s+/g, " ")
    .trim();
}

/** Names by which tools may mean a row: its own, without its size where the driver does not print it, and its aliases. */
export function namesOf(row: CatalogRow): string[] {
  if (row.class === "cpu" || SAYS_NOTHING.has(row.id)) return [];
  const names = [plainName(row.name), ...(ALIASES[row.id] ?? [])];
  const sized = SIZE_UNPRINTED.has(row.class) ? names.map((name) => name.replace(/ \d+gb$/, "")) : [];
  const bare = [...names, ...sized].map((name) => name.replace(/^(?:geforce|radeon) (?=(?:rtx|gtx|rx) )/, ""));
  return [...new Set([...names, ...sized, ...bare])];
}

/** Cards of one name and two sizes; data-centre boards print theirs. */
const SIZE_UNPRINTED: ReadonlySet<CatalogRow["class"]> = new Set(["consumer", "workstation", "laptop"]);

/** Rows by each name they go by. */
export function rowsByName(): ReadonlyMap<string, readonly CatalogRow[]> {
  return (gathered ??= gather());
}

/** gathered when first asked for: a device that was found by its id needs no names */
let gathered: ReadonlyMap<string, readonly CatalogRow[]> | undefined;

function gather(): Map<string, CatalogRow[]> {
  const byName = new Map<string, CatalogRow[]>();
  for (const row of CATALOG) {
    for (const name of namesOf(row)) byName.set(name, [...(byName.get(name) ?? []), row]);
  }
  return byName;
}
