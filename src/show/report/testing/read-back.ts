/** A table of a report as it is read: the cells by the names of its columns. */
export interface ReadTable {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Tables of a Markdown report, each with the bold line above it as its name. */
export function tablesOfMarkdown(text: string): ReadTable[] {
  const lines = text.replace(/^(`{3,})sh\n[^]*?\n\1$/gm, "").split("\n");
  return lines.flatMap((line, at) => {
    if (!/^\|( (:--|--:) \|)+$/.test(line)) return [];
    const columns = cellsOf(lines[at - 1]!);
    const rows: string[][] = [];
    for (let next = at + 1; lines[next]?.startsWith("|"); next += 1) rows.push(cellsOf(lines[next]!));
    const caption = /^\*\*(.*)\*\*$/.exec(lines[at - 3] ?? "")?.[1] ?? "";
    return [{ caption: plain(caption), columns, rows }];
  });
}

function cellsOf(line: string): string[] {
  return (
    line
      .slice(2, -2)
      // a bar inside a cell has a backslash before it
      .split(" | ")
      .map((cell) => plain(cell.replace(/^(&nbsp;)+/, "")))
  );
}

/** Markdown without the backslashes that keep it plain. */
export function plain(text: string): string {
  return text.replace(/\\([!-/:-@[-`{-~])/g, "$1");
}

/** Tables of an HTML report. */
export function tablesOfHtml(text: string): ReadTable[] {
  const inner = (part: string) => unescaped(part.replace(/<[^>]*>/g, ""));
  const all = (part: string, tag: string) =>
    [...part.matchAll(new RegExp(`<${tag}(?: [^>]*)?>([^]*?)</${tag}>`, "g"))].map(([, found]) => found!);
  return all(text, "table").map((table) => {
    const [head = ""] = all(table, "thead");
    const [body = ""] = all(table, "tbody");
    return {
      caption: inner(all(table, "caption")[0] ?? ""),
      columns: all(head, "th").map(inner),
      rows: all(body, "tr").map((row) => [...all(row, "th"), ...all(row, "td")].map(inner)),
    };
  });
}

function unescaped(text: string): string {
  const named: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', amp: "&", "#39": "'" };
  return text.replace(/&(lt|gt|quot|amp|#39);/g, (_, name: string) => named[name]!);
}
