import { likeness } from "../../units/index.ts";
import { EMBEDDERS } from "./embedders.ts";
import { MODELS } from "./models.ts";
import type { CatalogModel } from "./row.ts";
import { keyOf, typedName } from "./typed-name.ts";

/** What a look-up gives: the one row that was meant, those that may have been, or those that are called alike. */
export type ModelMatch = (
  | {
      readonly kind: "found";
      readonly row: CatalogModel;
      /** the model meant: the row's own, or another of the same dimensions */
      readonly id: string;
      /** tokens that model was trained for */
      readonly context: number;
    }
  | { readonly kind: "several"; readonly rows: readonly CatalogModel[] }
  | { readonly kind: "none"; readonly near: readonly CatalogModel[] }
) & {
  /** file type that stood behind the name */
  readonly fileType?: string;
};

interface Name {
  readonly key: string;
  readonly id: string;
  readonly row: CatalogModel;
}

const ALL: readonly CatalogModel[] = [...MODELS, ...EMBEDDERS];

/** All names of all rows, taken apart when the first name is looked up that is no repository's. */
let known: readonly Name[] | undefined;

function allNames(): readonly Name[] {
  known ??= ALL.flatMap((row) =>
    namesOf(row).flatMap(({ names, id }) => names.map((name) => ({ key: keyOf(name), id, row }))),
  );
  return known;
}

/**
 * Finds a model by what people type: words, an Ollama tag, a repository, a file name. Nothing is guessed: a name has to be a
 * row's whole name, or the beginning of one row's only.
 */
export function findModel(typed: string): ModelMatch {
  const { key, repository, fileType } = typedName(typed);
  return { ...match(key, repository, keyOf(typed)), ...(fileType !== undefined && { fileType }) };
}

/** `all`: the key of everything typed, for names with slashes that are no paths ("GLM-4.5 / 4.6"). */
function match(key: string, repository: string | undefined, all: string): ModelMatch {
  const exact = repository === undefined ? undefined : byRepository(repository);
  if (exact) return found([exact]);
  if (key === "") return { kind: "none", near: [] };
  const names = allNames();
  const whole = names.filter((name) => name.key === key || name.key === all);
  if (whole.length > 0) return found(whole);
  const begun = names.filter((name) => name.key.startsWith(`${key} `));
  if (begun.length > 0) return found(begun);
  return { kind: "none", near: nearest(key) };
}

function byRepository(repository: string): Pick<Name, "id" | "row"> | undefined {
  for (const row of ALL) {
    const id = [row.id, ...(row.aliases ?? [])].find((each) => each.toLowerCase() === repository);
    if (id !== undefined) return { id, row };
  }
  return undefined;
}

function found(names: readonly Pick<Name, "id" | "row">[]): ModelMatch {
  const rows = [...new Set(names.map(({ row }) => row))];
  const [row, ...others] = rows;
  if (row === undefined || others.length > 0) return { kind: "several", rows };
  // one of several models of the same dimensions: the row's own, unless another was named
  const id = names.some((name) => name.id === row.id) ? row.id : names[0]!.id;
  return { kind: "found", row, id, context: row.contexts?.[id] ?? row.context };
}

function namesOf(row: CatalogModel): { id: string; names: string[] }[] {
  const tags = [row.ollama, row.ollamaGuess].filter((tag) => tag !== undefined);
  const named = (id: string, more: readonly string[]) => ({ id, names: [id, id.slice(id.indexOf("/") + 1), ...more] });
  return [named(row.id, [row.name, ...tags]), ...(row.aliases ?? []).map((id) => named(id, []))];
}

const SUGGESTIONS = 5;
const LEAST_LIKENESS = 0.5;

function nearest(key: string): CatalogModel[] {
  const best = new Map<CatalogModel, number>();
  for (const name of allNames()) {
    const score = likeness(key, name.key);
    if (score >= LEAST_LIKENESS && score > (best.get(name.row) ?? 0)) best.set(name.row, score);
  }
  return [...best]
    .sort(([a, x], [b, y]) => y - x || a.priority - b.priority)
    .slice(0, SUGGESTIONS)
    .map(([row]) => row);
}
