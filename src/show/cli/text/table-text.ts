import { formatFileBytes, formatNumber, formatTokens } from "../../../facts/units/index.ts";
import type { SearchRow } from "../../../plan/search/index.ts";
import type { VerdictWord } from "../../../plan/fit/index.ts";
import { columns } from "./layout.ts";
import type { Style } from "./style.ts";

const SIGNS: Readonly<Record<VerdictWord, string>> = {
  fits: "+",
  tight: "~",
  "runs from disk": "disk",
  "does not fit": "-",
};

/** File types by contexts, a column a context with a sign for every number of users, then both limits. */
export function tableText(rows: readonly SearchRow[], style: Style): string[] {
  const cells = rows[0]?.cells ?? [];
  const contexts = [...new Set(cells.map(({ context }) => context))];
  const users = [...new Set(cells.map(({ users: count }) => count))];
  const head = ["  file type", "size", "bits", ...contexts.map(formatTokens), "longest", "users"].map(style.faint);
  const lines = rows.map((row) => [
    `  ${row.fileType}`,
    formatFileBytes(row.fileBytes),
    formatNumber(row.bitsPerWeight),
    ...contexts.map((context) =>
      row.cells
        .filter((cell) => cell.context === context)
        .map(({ verdict }) => SIGNS[verdict])
        .join(" "),
    ),
    row.longestContext === undefined ? "-" : formatTokens(row.longestContext),
    row.mostUsers === undefined ? "-" : String(row.mostUsers),
  ]);
  const said = [
    `  by context for ${users.join(", ")} users: + fits, ~ tight, - does not fit;`,
    `  longest context, and users with ${formatTokens(contexts[0] ?? 0)} each; everything on the devices`,
  ];
  return [
    "",
    style.strong("file types"),
    ...columns([head, ...lines], [1, 2, contexts.length + 3, contexts.length + 4]),
    ...said.map(style.faint),
  ];
}
