import { LoadoutError } from "../../../facts/errors/index.ts";
import { nearest } from "./nearest.ts";

/** Flags as they are typed, by their names without dashes: of a command line, or of an address. */
export type Flags = Readonly<Record<string, string | readonly string[] | true>>;

/** One flag of a table: how its text is read. */
interface FlagRow {
  readonly kind: "parsed" | "boolean";
  readonly parse?: (text: string) => unknown;
  readonly variadic?: boolean;
}

type ValueOf<Row extends FlagRow> = Row extends { readonly parse: (text: string) => infer Value }
  ? Row extends { readonly variadic: true }
    ? readonly Value[]
    : Value
  : boolean;

/** Values of a table's flags, by the names that programs use. */
export type FlagsOf<Table extends Readonly<Record<string, FlagRow>>> = {
  readonly [Key in keyof Table]?: ValueOf<Table[Key]>;
};

/** Reads flags by their table: names may be written as typed (`kv-type`) or as programs do (`kvType`). */
export function readFlags<Table extends Readonly<Record<string, FlagRow>>>(table: Table, flags: Flags): FlagsOf<Table> {
  const read: Record<string, unknown> = {};
  for (const [typed, value] of Object.entries(flags)) {
    const name = typed.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const row = Object.hasOwn(table, name) ? table[name] : undefined;
    if (row === undefined) throw wrong(`No flag registered for --${typed}, did you mean ${like(typed, table)}?`);
    const texts = (value === true ? [] : typeof value === "string" ? [value] : value).map(String);
    if (row.parse === undefined) {
      read[name] = texts.every((text) => text !== "false" && text !== "0");
      continue;
    }
    const [first, ...others] = texts;
    if (first === undefined) throw wrong(`Expected input for flag --${kebab(name)}`);
    if (row.variadic) read[name] = texts.map(row.parse);
    else if (others.length > 0) throw wrong(`Too many arguments for --${kebab(name)}, encountered "${others[0]}"`);
    else read[name] = row.parse(first);
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each value was made by the row that its type is read from
  return read as FlagsOf<Table>;
}

/** `kvType` as it is typed: `kv-type`. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function like(typed: string, table: Readonly<Record<string, FlagRow>>): string {
  return `--${nearest(typed, Object.keys(table).map(kebab))}`;
}

function wrong(got: string): LoadoutError {
  return new LoadoutError("bad-command-line", { got });
}
