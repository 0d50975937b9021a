import table from "./boards.json" with { type: "json" };
import type { Board, Connector, ConnectorKind, LaunchPrice } from "./board.ts";

type Cell = string | number | null;

const COLUMNS = new Map(table.columns.map((name, at) => [name, at]));
const FORMS = ["card", "module", "machine", "laptop"] as const;
const COOLING = ["passive", "blower", "server", "liquid"] as const;
const BASES = ["recalled", "checked", "rounded"] as const;
const KINDS: readonly ConnectorKind[] = ["8-pin EPS", "6-pin", "8-pin", "12-pin", "16-pin"];

const BOARDS: ReadonlyMap<string, Board> = new Map(
  table.rows.map((cells) => boardOf(cells)).map((row) => [row.id, row]),
);

/** What is known of a device's board; nothing but its name where it has no row. */
export function boardFor(id: string): Board {
  return BOARDS.get(id) ?? { id };
}

function boardOf(cells: readonly Cell[]): Board {
  const cell = (column: string): Cell => cells[COLUMNS.get(column) ?? -1] ?? null;
  const number = (column: string): number | undefined => {
    const value = cell(column);
    return typeof value === "number" ? value : undefined;
  };
  const text = (column: string): string | undefined => {
    const value = cell(column);
    return typeof value === "string" ? value : undefined;
  };
  const word = <Word extends string>(words: readonly Word[], column: string): Word | undefined =>
    words.find((each) => each === text(column));
  const link = number("linkGBPerSec");
  const connectors = text("connectors");
  const entries: readonly (readonly [keyof Board, Board[keyof Board]])[] = [
    ["form", word(FORMS, "form")],
    ["slots", number("slots")],
    ["lengthMm", number("lengthMm")],
    ["connectors", connectors === undefined ? undefined : connectorsOf(connectors)],
    ["cooling", word(COOLING, "cooling")],
    ["makersPsuWatts", number("makersPsuWatts")],
    ["linkBytesPerSec", link === undefined ? undefined : link * 1e9],
    ["released", text("released")],
    ["launchPrice", launchPrice(number("launchUsd"), word(BASES, "launchBasis"))],
  ];
  return { id: text("id") ?? "", ...Object.fromEntries(entries.filter(([, value]) => value !== undefined)) };
}

function launchPrice(dollars: number | undefined, basis: LaunchPrice["basis"] | undefined): LaunchPrice | undefined {
  return dollars === undefined ? undefined : { dollars, basis: basis ?? "recalled" };
}

/** "1x 6-pin + 1x 8-pin", "8-pin EPS": nothing where a part of it is not known. */
function connectorsOf(text: string): Connector[] | undefined {
  const parts = text.split("+").map((part) => {
    const [, count = "1", name] = /^\s*(?:(\d+)x\s+)?(.*?)\s*$/.exec(part) ?? [];
    const kind = KINDS.find((each) => each === name);
    return kind === undefined ? undefined : { kind, count: Number(count) };
  });
  return parts.every((part) => part !== undefined) ? parts : undefined;
}
