import { element, type Element } from "../svg/index.ts";

/** What a chart shows, as numbers already written for people. */
export interface DataTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The table for screen readers: there, and not drawn. */
export function hiddenTable({ columns, rows }: DataTable): Element {
  const cell = (role: string) => (text: string) => element("text", { role }, [text]);
  return element(
    "g",
    {
      role: "table",
      "aria-label": "the numbers of this chart",
      fill: "none",
      stroke: "none",
      "font-size": 1,
      "pointer-events": "none",
    },
    [
      element("g", { role: "row" }, columns.map(cell("columnheader"))),
      ...rows.map((row) =>
        element(
          "g",
          { role: "row" },
          row.map((text, index) => cell(index === 0 ? "rowheader" : "cell")(text)),
        ),
      ),
    ],
  );
}
