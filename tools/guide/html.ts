import { readFileSync } from "node:fs";
import { join } from "node:path";
import { marked } from "marked";
import { PAGES } from "./pages/index.ts";

const FOLDER = join(import.meta.dirname, "../../docs/guide");

export interface HtmlPage {
  /** below the site's root: guide/NAME.html */
  readonly path: string;
  readonly html: string;
}

/** The committed pages as documents of the site, which has the plots in its `blog` folder. */
export function guidePages(): HtmlPage[] {
  const names = PAGES.map(({ name }) => name);
  return names.map((name, at) => {
    const markdown = readFileSync(join(FOLDER, `${name}.md`), "utf8").replace(/^<!--[\s\S]*?-->\s*/, "");
    const title = /^# (.+)$/m.exec(markdown)?.[1] ?? name;
    const before = names[at - 1];
    const after = names[at + 1];
    const ends = [
      before === undefined ? "" : `<a rel="prev" href="${fileOf(before)}">before</a>`,
      name === "README" ? "" : '<a href="index.html">all steps</a>',
      after === undefined ? "" : `<a rel="next" href="${fileOf(after)}">next</a>`,
      '<a href="../index.html">the page that computes</a>',
    ];
    return { path: `guide/${fileOf(name)}`, html: document(title, bodyOf(markdown), ends.filter(Boolean).join(" ")) };
  });
}

function fileOf(name: string): string {
  return name === "README" ? "index.html" : `${name}.html`;
}

/** Links between pages lead to pages; pictures lie where the site has them; a wide table scrolls by itself. */
function bodyOf(markdown: string): string {
  let tables = 0;
  return marked
    .parse(markdown, { async: false })
    .replaceAll(/href="README\.md"/g, 'href="index.html"')
    .replaceAll(/href="([\w-]+)\.md"/g, 'href="$1.html"')
    .replaceAll("../../site/public/", "../")
    .replaceAll("<img ", '<img width="640" loading="lazy" ')
    .replaceAll(
      "<table>",
      () => `<div class="wide" tabindex="0" role="region" aria-label="table ${(tables += 1)}"><table>`,
    )
    .replaceAll("</table>", "</table></div>")
    .replaceAll("<pre>", '<pre tabindex="0">');
}

const STYLE = `
:root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--line:#d5dae0;--mark:#f3f5f7;--link:#0059a3}
@media (prefers-color-scheme:dark){:root{--paper:#14171a;--ink:#eceff2;--line:#343b43;--mark:#1d2227;--link:#6cb8f0}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1.05rem/1.6 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main,nav{max-width:44rem;margin:0 auto;padding:1rem}
nav a{margin-right:1rem}
a{color:var(--link)}
h1{font-size:1.9rem;line-height:1.2}h2{font-size:1.3rem;margin-top:2.2rem}
img{max-width:100%;height:auto}
code{font:.92em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--mark);padding:.1em .25em;border-radius:.2em;overflow-wrap:anywhere}
pre{background:var(--mark);padding:.8rem;overflow-x:auto;border-radius:.3rem}pre code{padding:0;background:none;overflow-wrap:normal}
.wide{overflow-x:auto;margin:1rem 0}
table{border-collapse:collapse;font-size:.95rem;font-variant-numeric:tabular-nums}
th,td{padding:.3rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
th{text-align:left}
td[align=right]{white-space:nowrap}
@media print{nav{display:none}pre{white-space:pre-wrap}}
`;

function document(title: string, body: string, ends: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title.replaceAll("&", "&amp;").replaceAll("<", "&lt;")} - Loadout</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${body}</main>
<nav aria-label="guide">${ends}</nav>
</body>
</html>
`;
}
