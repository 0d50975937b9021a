import { likeness } from "../../units/index.ts";
import { ALIASES } from "./aliases.ts";
import { plainName } from "./names.ts";
import type { CatalogRow } from "./row.ts";
import { CATALOG } from "./rows.ts";
import { compact, wordsOf } from "./typed-words.ts";

/** What a look-up gives: the one row that was meant, those that may have been, or those that are called alike. */
export type DeviceMatch = (
  | { readonly kind: "found"; readonly row: CatalogRow }
  | { readonly kind: "several"; readonly rows: readonly CatalogRow[] }
  | { readonly kind: "none"; readonly near: readonly CatalogRow[] }
) & {
  /** memory that was typed beside the name, GB as its makers label it */
  readonly sizeBytes?: number;
};

interface Spoken {
  readonly row: CatalogRow;
  /** its id and name, and what else drivers call it, without spaces and dashes */
  readonly own: readonly string[];
  readonly whole: ReadonlySet<string>;
  /** words that tell it from others, without makers and sizes */
  readonly words: readonly string[];
  /** words in brackets, which people may add */
  readonly extra: readonly string[];
}

const NAMES: readonly Spoken[] = CATALOG.map(spokenNames);

/**
 * Finds a device by what people type: an id, a driver's name, "3090", "rx7900xtx", "m3 max 64gb". Nothing is guessed: of rows
 * that share what was typed only the plain one is taken ("4090" is no "4090 D"), else all are given.
 */
export function findDevice(typed: string): DeviceMatch {
  const { words, sizeBytes, named } = wordsOf(typed);
  const size = sizeBytes === undefined ? {} : { sizeBytes };
  const whole = called(compact(typed));
  if (whole.length === 1) return { kind: "found", row: whole[0]!.row, ...size };
  const meant = [whole, byWords(words), called(compact(named))].find((names) => names.length > 0) ?? [];
  const rows = narrowed(meant, words, sizeBytes).map(({ row }) => row);
  const [row] = rows;
  if (row === undefined) return { kind: "none", near: nearest(typed), ...size };
  return rows.length === 1 ? { kind: "found", row, ...size } : { kind: "several", rows, ...size };
}

/** Rows that have every word somewhere: in name, id, maker, line, family, instruction set, memory. For looking around, not for choosing. */
export function searchDevices(typed: string): CatalogRow[] {
  const words = typed
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return CATALOG.filter((row) => {
    const { id, name, vendor, class: line, family = "", target = "", memoryKind } = row;
    const text = [id, name, vendor, line, family, target, memoryKind].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Rows of that very name: their own, else what drivers call them. */
function called(key: string): readonly Spoken[] {
  const own = NAMES.filter((name) => name.own.includes(key));
  return own.length > 0 ? own : NAMES.filter((name) => name.whole.has(key));
}

/** Rows with just these words; else the plainest of the rows that have them among others. */
function byWords(words: readonly string[]): readonly Spoken[] {
  if (words.length === 0) return [];
  const joined = words.join("");
  const same = NAMES.filter((name) => {
    const told = words.filter((word) => !name.extra.includes(word) || name.words.includes(word));
    return (told.length > 0 && told.join("") === name.words.join("")) || joined === name.words.join("");
  });
  if (same.length > 0) return same;
  const having = NAMES.filter((name) => words.every((word) => [...name.words, ...name.extra].some(begins(word))));
  const plain = having.filter(({ words: own }) =>
    having.every((other) => own.every((word) => other.words.includes(word))),
  );
  return plain.length > 0 ? plain : having;
}

/** "sxm" means "sxm5"; digits are never cut: "40" is no "4090". */
function begins(word: string): (own: string) => boolean {
  return (own) => own === word || (/^[a-z]{3,}$/.test(word) && own.startsWith(word));
}

/** Those sold with the size typed, where some are; a memory that a workshop soldered on has to be asked for. */
function narrowed(
  named: readonly Spoken[],
  words: readonly string[],
  sizeBytes: number | undefined,
): readonly Spoken[] {
  const sized = named.filter(({ row }) => sizeBytes !== undefined && row.memoryBytes.includes(sizeBytes));
  const left = sized.length > 0 ? sized : named;
  const unchanged = words.includes("mod") ? [] : left.filter(({ row }) => !row.name.endsWith("(mod)"));
  return unchanged.length > 0 ? unchanged : left;
}

function spokenNames(row: CatalogRow): Spoken {
  const inside = [...row.name.matchAll(/\(([^()]*)\)/g)].map((match) => match[1]!);
  const plain = wordsOf(row.name.replace(/\([^()]*\)/g, " ")).words;
  const own = [row.id, row.id.slice(row.id.indexOf("-") + 1), row.name, plainName(row.name)].map(compact);
  return {
    row,
    own,
    whole: new Set([...own, ...(ALIASES[row.id] ?? []).map(compact)]),
    words: plain,
    extra: inside.flatMap((text) => wordsOf(text).words),
  };
}

const SUGGESTIONS = 5;
const LEAST_LIKENESS = 0.4;

function nearest(typed: string): CatalogRow[] {
  const key = compact(typed);
  return NAMES.map(({ row, whole }) => ({ row, score: Math.max(...[...whole].map((name) => likeness(key, name))) }))
    .filter(({ score }) => score >= LEAST_LIKENESS)
    .sort((a, b) => b.score - a.score)
    .slice(0, SUGGESTIONS)
    .map(({ row }) => row);
}
