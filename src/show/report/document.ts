/** A report before it is written as HTML or Markdown: both say the same because both are written from this. */
export interface ReportDocument {
  readonly title: string;
  readonly lead: string;
  readonly blocks: readonly Block[];
  readonly footer: string;
}

/** How good a text's news is. */
export type Tone = "good" | "warn" | "bad";

export type Block =
  | { readonly kind: "heading"; readonly level: 2 | 3; readonly text: string }
  | { readonly kind: "text"; readonly text: string; readonly tone?: Tone; readonly soft?: boolean }
  /** figures that are seen first */
  | { readonly kind: "figures"; readonly figures: readonly Figure[] }
  | TableBlock
  | { readonly kind: "chart"; readonly title: string; readonly svg: string }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly string[] }
  | { readonly kind: "worked"; readonly items: readonly Worked[] };

export interface Figure {
  readonly label: string;
  readonly value: string;
  readonly note: string;
  readonly tone?: Tone;
}

export interface TableBlock {
  readonly kind: "table";
  /** what it is a table of: its name for a reader who hears it */
  readonly caption: string;
  readonly columns: readonly { readonly name: string; readonly numbers?: boolean }[];
  readonly rows: readonly (readonly string[])[];
  /** how deep a row's first cell is indented */
  readonly depths?: readonly number[];
}

/** A number taken apart: its value, its arithmetic, where it is from, and what it is the sum of. */
export interface Worked {
  readonly label: string;
  readonly value: string;
  /** where it comes from, in brackets */
  readonly how: string;
  readonly lines: readonly string[];
  readonly because?: string;
  readonly parts: readonly Worked[];
}

export function heading(level: 2 | 3, text: string): Block {
  return { kind: "heading", level, text };
}

/** A chart with the finding that it states. */
export function chart(svg: string | undefined): Block[] {
  if (svg === undefined) return [];
  const title = /<title>([^<]*)<\/title>/.exec(svg)?.[1] ?? "";
  return [{ kind: "chart", title: unescaped(title), svg }];
}

/** A table; none where it has no rows. Names of columns that begin with "#" hold numbers. */
export function table(
  caption: string,
  names: readonly string[],
  rows: readonly (readonly string[])[],
  depths?: readonly number[],
): Block[] {
  if (rows.length === 0) return [];
  const columns = names.map((name) => (name.startsWith("#") ? { name: name.slice(1), numbers: true } : { name }));
  return [{ kind: "table", caption, columns, rows, ...(depths ? { depths } : {}) }];
}

function unescaped(text: string): string {
  const named: Readonly<Record<string, string>> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&amp;": "&" };
  return text.replace(/&(?:lt|gt|quot|amp);/g, (entity) => named[entity]!);
}
