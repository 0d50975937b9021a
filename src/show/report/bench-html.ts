import type { DataTable } from "../../draw/index.ts";
import { html } from "./escape.ts";

/** A number, or words: numbers stand at the right of their column. */
const NUMERIC = /^[+x-]?[\d.,]|^-$/;

export function tableHtml({ columns, rows }: DataTable, caption: string): string {
  const right = columns.map((_, at) => at > 0 && rows.every((row) => NUMERIC.test(row[at] ?? "-") || row[at] === ""));
  const side = (at: number) => (right[at] ? ' class="n"' : "");
  const head = columns.map((name, at) => `<th scope="col"${side(at)}>${html(name)}</th>`).join("");
  const body = rows
    .map((row) => {
      const cells = row.map((cell, at) =>
        at === 0 ? `<th scope="row">${html(cell)}</th>` : `<td${side(at)}>${html(cell)}</td>`,
      );
      return `<tr>${cells.join("")}</tr>`;
    })
    .join("\n");
  const said = caption === "" ? "" : `<caption>${html(caption)}</caption>`;
  // focusable, so that it can be scrolled without a mouse
  return `<div class="wide" role="region" tabindex="0" aria-label="${html(caption || columns.join(", "))}"><table>${said}<thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

export function factsHtml(facts: readonly (readonly [string, string])[]): string {
  const rows = facts.map(([name, value]) => `<dt>${html(name)}</dt><dd>${html(value)}</dd>`);
  return `<dl class="facts">${rows.join("")}</dl>`;
}

/** Light and dark as the reader's system has it; on paper light, no table cut in a row. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--soft:#59626d;--line:#d5d9de}
@media (prefers-color-scheme:dark){:root{--paper:#14171a;--ink:#eceff2;--soft:#a3adb8;--line:#2b3138}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:50rem;margin:0 auto;padding:2rem 1rem 4rem}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .25rem}
h2{font-size:1.1rem;margin:2.25rem 0 .5rem}
.lead{color:var(--soft);margin:0 0 1.25rem;overflow-wrap:anywhere}
figure{margin:1.5rem 0}
figure svg{display:block;width:100%;height:auto;border:1px solid var(--line);border-radius:6px}
dl.facts{display:grid;grid-template-columns:minmax(8rem,auto) 1fr;gap:.25rem 1rem;margin:0}
dl.facts dt{color:var(--soft)}
dl.facts dd{margin:0;overflow-wrap:anywhere}
dl.words dt{font-weight:600;margin-top:.5rem}
dl.words dd{margin:0}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-size:.875rem;font-variant-numeric:tabular-nums;min-width:100%}
caption{caption-side:bottom;text-align:left;color:var(--soft);padding-top:.4rem}
th,td{padding:.3rem .6rem .3rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
thead th{color:var(--soft);font-weight:500;vertical-align:bottom}
tbody th{font-weight:500}
.n{text-align:right}
td.n,tbody th{white-space:nowrap}
@media print{
:root{color-scheme:light;--paper:#fff;--ink:#000;--soft:#444;--line:#bbb}
main{max-width:none;padding:0}
section{break-inside:avoid-page}
figure{break-inside:avoid}
.wide{overflow:visible}
table{font-size:8.5pt}
tr{break-inside:avoid}
}`;
