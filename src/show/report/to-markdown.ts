import type { Block, ReportDocument, TableBlock, Worked } from "./document.ts";
import { fenced, markdown } from "./escape.ts";

/** The report as Markdown: the same words and tables as the page; of charts their findings, since their numbers stand below. */
export function toMarkdown({ title, lead, blocks, footer }: ReportDocument): string {
  const parts = [`# ${markdown(title)}`, markdown(lead), ...blocks.map(blockText), "---", markdown(footer)];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function blockText(block: Block): string {
  if (block.kind === "heading") return `${"#".repeat(block.level)} ${markdown(block.text)}`;
  if (block.kind === "text") return block.tone === undefined ? markdown(block.text) : `**${markdown(block.text)}**`;
  if (block.kind === "chart") return `*${markdown(block.title)}*`;
  if (block.kind === "code") return fenced(block.text);
  if (block.kind === "list") return block.items.map((item) => `- ${markdown(item)}`).join("\n");
  if (block.kind === "worked") return block.items.map((item) => workedText(item, 0)).join("\n");
  if (block.kind === "figures")
    return tableText({
      kind: "table",
      caption: "",
      columns: [{ name: "figure" }, { name: "value", numbers: true }, { name: "" }],
      rows: block.figures.map(({ label, value, note }) => [label, value, note]),
    });
  return tableText(block);
}

function tableText({ caption, columns, rows, depths }: TableBlock): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const head = [
    line(columns.map(({ name }) => markdown(name))),
    line(columns.map(({ numbers }) => (numbers === true ? "--:" : ":--"))),
  ];
  const body = rows.map((row, index) =>
    line(row.map((cell, at) => (at === 0 ? "&nbsp;&nbsp;".repeat(depths?.[index] ?? 0) : "") + markdown(cell))),
  );
  return [...(caption === "" ? [] : [`**${markdown(caption)}**`, ""]), ...head, ...body].join("\n");
}

function workedText({ label, value, how, lines, because, parts }: Worked, depth: number): string {
  const indent = "  ".repeat(depth);
  const more = [...lines, ...(because === undefined ? [] : [because])].map((text) => `${indent}  - ${markdown(text)}`);
  const first = `${indent}- **${markdown(label)}**: ${markdown(value)} (${markdown(how)})`;
  return [first, ...more, ...parts.map((part) => workedText(part, depth + 1))].join("\n");
}
