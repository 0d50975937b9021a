import { formatTokens } from "../../../facts/units/index.ts";
import type { Worked } from "../../../plan/answer/index.ts";
import type { WorkedCell } from "../../../plan/rank/index.ts";
import { columns, wrap } from "./layout.ts";
import type { Style } from "./style.ts";

const NAME_WIDTH = 15;

/** Models by contexts by users: the file type that fits; then the same in words. */
export function workedText({ rows, words }: Worked, style: Style): string[] {
  const cells = rows[0]?.cells ?? [];
  const several = cells.some(({ users }) => users > 1);
  const headOf = ({ context, users }: WorkedCell) => `${formatTokens(context)}${several ? ` x${users}` : ""}`;
  const first = cells[0];
  const head = ["model", ...cells.map(headOf), "up to", "users"].map(style.faint);
  const lines = rows.map((row) => [
    style.strong(row.name.length <= NAME_WIDTH ? row.name : `${row.name.slice(0, NAME_WIDTH - 1)}…`),
    ...row.cells.map((cell) => cellText(cell, style)),
    row.longestContext === undefined ? "-" : `${Math.floor(row.longestContext / 1024)}k`,
    row.mostUsers === undefined ? "-" : String(row.mostUsers),
  ]);
  const eight = rows.some((row) => row.cells.some(({ chosen }) => chosen?.cacheType === "q8_0"));
  const tight = rows.some((row) => row.cells.some(({ chosen }) => chosen?.verdict === "tight"));
  const trained = rows.some((row) => row.cells.some(({ beyondTraining }) => beyondTraining));
  const legend = [
    `file type by context${several ? " x users" : ""}, everything on the devices`,
    ...(eight ? ["' with a cache in q8_0"] : []),
    ...(tight ? ["~ tight"] : []),
    "- does not fit",
    ...(trained ? [". not trained so long"] : []),
    `up to: context of one user; users: with ${formatTokens(first?.context ?? 0)} each, in the first column's file type`,
  ].join("; ");
  return [
    ...columns([head, ...lines], [cells.length + 1, cells.length + 2]),
    ...wrap(legend).map(style.faint),
    "",
    ...words.flatMap((text) => wrap(`${text}.`)),
  ];
}

function cellText({ chosen, beyondTraining }: WorkedCell, style: Style): string {
  if (beyondTraining) return ".";
  if (!chosen) return "-";
  const text = `${chosen.fileType.replace(/_MOE$/, "")}${chosen.cacheType === "q8_0" ? "'" : ""}`;
  return chosen.verdict === "fits" ? style.good(text) : style.warn(`~${text}`);
}
