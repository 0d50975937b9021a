/** A line of a text that says by indentation what belongs to what, with the lines below it. */
export interface Entry {
  readonly key: string;
  readonly value: string;
  readonly entries: readonly Entry[];
}

/** Deeper than any tool prints; what is nested further is taken as belonging to this depth. */
const MAX_DEPTH = 64;

/** Reads "Key: value" and "Key   : value" lines as a tree. A colon counts only before a space or at the end. */
export function readIndented(text: string): Entry[] {
  const roots: Entry[] = [];
  const open: { readonly indent: number; readonly entries: Entry[] }[] = [{ indent: -1, entries: roots }];
  for (const line of text.split("\n")) {
    const body = line.trim();
    if (body === "") continue;
    const indent = line.search(/\S/);
    while (open.length > 1 && open.at(-1)!.indent >= indent) open.pop();
    const colon = body.search(/\s*:(?=\s|$)/);
    const key = colon < 0 ? body : body.slice(0, colon).trim();
    const value = colon < 0 ? "" : body.slice(body.indexOf(":", colon) + 1).trim();
    const entries: Entry[] = [];
    open.at(-1)!.entries.push({ key, value, entries });
    if (open.length < MAX_DEPTH) open.push({ indent, entries });
  }
  return roots;
}

/** The first entry with that key, one level down. */
export function entryOf(entries: readonly Entry[], key: string): Entry | undefined {
  return entries.find((entry) => entry.key === key);
}

/** The value below a path of keys. */
export function valueOf(entries: readonly Entry[], ...path: readonly string[]): string | undefined {
  let found: Entry | undefined;
  let level = entries;
  for (const key of path) {
    found = entryOf(level, key);
    if (found === undefined) return undefined;
    level = found.entries;
  }
  return found?.value;
}

/** Every entry of a tree with that key, wherever it stands. */
export function entriesNamed(entries: readonly Entry[], key: string): Entry[] {
  return entries.flatMap((entry) => [...(entry.key === key ? [entry] : []), ...entriesNamed(entry.entries, key)]);
}
