import type { Block, ReportDocument, TableBlock, Worked } from "./document.ts";
import { html } from "./escape.ts";
import { STYLE } from "./style.ts";

/** The report as one file: no script, nothing fetched, charts and styles inside. */
export function toHtml({ title, lead, blocks, footer }: ReportDocument): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${html(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${html(title)}</h1>
<p class="lead">${html(lead)}</p>
${contents(blocks)}
</header>
<main>
${blocks.map(blockHtml).join("\n")}
</main>
<footer><p>${html(footer)}</p></footer>
</body>
</html>
`;
}

/** Links to the sections, which a page of several screens needs. */
function contents(blocks: readonly Block[]): string {
  const links = blocks.flatMap((block, index) =>
    block.kind === "heading" && block.level === 2 ? [`<li><a href="#s${index}">${html(block.text)}</a></li>`] : [],
  );
  return `<nav aria-label="Sections"><ul>${links.join("")}</ul></nav>`;
}

function blockHtml(block: Block, index: number): string {
  if (block.kind === "heading") return `<h${block.level} id="s${index}">${html(block.text)}</h${block.level}>`;
  if (block.kind === "text") {
    const names = [block.tone ?? "", block.soft === true ? "soft" : ""].filter((name) => name !== "");
    return `<p${names.length === 0 ? "" : ` class="${names.join(" ")}"`}>${html(block.text)}</p>`;
  }
  if (block.kind === "chart") return `<figure>${block.svg}</figure>`;
  if (block.kind === "code") return `<pre tabindex="0"><code>${html(block.text)}</code></pre>`;
  if (block.kind === "list") return `<ul>${block.items.map((item) => `<li>${html(item)}</li>`).join("")}</ul>`;
  if (block.kind === "worked") return workedHtml(block.items);
  if (block.kind === "figures") {
    const cards = block.figures.map(
      ({ label, value, note, tone }) =>
        `<div${tone === undefined ? "" : ` class="${tone}"`}><dt>${html(label)}</dt><dd><strong>${html(value)}</strong><span>${html(note)}</span></dd></div>`,
    );
    return `<dl class="figures">${cards.join("")}</dl>`;
  }
  return tableHtml(block);
}

function tableHtml({ caption, columns, rows, depths }: TableBlock): string {
  const numbers = columns.map(({ numbers: right }) => (right === true ? ' class="n"' : ""));
  const head = columns.map(({ name }, at) => `<th scope="col"${numbers[at]}>${html(name)}</th>`).join("");
  const body = rows.map((row, index) => {
    const depth = depths?.[index] ?? 0;
    const cells = row.map((cell, at) =>
      at === 0
        ? `<th scope="row"${depth === 0 ? "" : ` class="d${Math.min(depth, 4)}"`}>${html(cell)}</th>`
        : `<td${numbers[at] ?? ""}>${html(cell)}</td>`,
    );
    return `<tr>${cells.join("")}</tr>`;
  });
  return `<div class="wide" role="region" tabindex="0" aria-label="${html(caption)}"><table><caption>${html(caption)}</caption><thead><tr>${head}</tr></thead><tbody>
${body.join("\n")}
</tbody></table></div>`;
}

function workedHtml(items: readonly Worked[]): string {
  const item = ({ label, value, how, lines, because, parts }: Worked): string =>
    `<li><b>${html(label)}</b>: ${html(value)} <i>(${html(how)})</i>` +
    lines.map((line) => `<code>${html(line)}</code>`).join("") +
    (because === undefined ? "" : `<small>${html(because)}</small>`) +
    (parts.length === 0 ? "" : workedHtml(parts)) +
    "</li>";
  return `<ul class="worked">${items.map(item).join("\n")}</ul>`;
}
