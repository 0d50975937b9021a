import type { Style } from "./style.ts";

/** Widest line of all output: a terminal of 80 columns shows everything. */
export const WIDTH = 80;

/** A bar of `width` cells filled to `share` (0 to 1), in eighths. */
export function bar(share: number, width: number): string {
  const eighths = Math.round(Math.max(0, Math.min(1, share)) * width * 8);
  const full = "█".repeat(Math.floor(eighths / 8));
  const part = eighths % 8 === 0 ? "" : "▏▎▍▌▋▊▉"[(eighths % 8) - 1]!;
  return (full + part).padEnd(width, "·");
}

/** Rows as columns, each as wide as its widest cell; `right` names the columns set flush right. No row is wider than `width`. */
export function columns(
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
  width: number = WIDTH,
): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(...rows.map((row) => visible(row[column] ?? ""))),
  );
  return rows.flatMap((row) => {
    const cells = row.map((cell, column) => {
      const gap = " ".repeat(Math.max(0, widths[column]! - visible(cell)));
      return right.includes(column) ? gap + cell : cell + gap;
    });
    const head = cells.slice(0, -1).join("  ");
    const last = cells.at(-1) ?? "";
    const indent = visible(head) + (head ? 2 : 0);
    const lines = right.includes(cells.length - 1) ? [last] : wrap(last.trimEnd(), Math.max(20, width - indent));
    return lines.map((line, index) =>
      (index === 0 ? (head ? `${head}  ${line}` : line) : " ".repeat(indent) + line).trimEnd(),
    );
  });
}

/** Breaks a text at spaces so that no line is wider than `width`; a longer word stays whole. */
export function wrap(text: string, width: number = WIDTH): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line && visible(line) + 1 + visible(word) > width) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return [...lines, line];
}

/** Width on screen: without the colour codes. */
export function visible(text: string): number {
  // oxlint-disable-next-line no-control-regex -- colour codes begin with the escape character
  return text.replace(/\u001B\[\d+m/g, "").length;
}

const NEXT_WIDTH = WIDTH - 6;

/** A command over several lines as a shell takes it, broken before flags. */
function continued(command: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const part of command.split(/ (?=--)/)) {
    if (line === "") line = part;
    // two columns for the sign that it goes on
    else if (line.length + 1 + part.length <= NEXT_WIDTH - 2) line = `${line} ${part}`;
    else {
      lines.push(`${line} \\`);
      line = `  ${part}`;
    }
  }
  return [...lines, line];
}

/** The next useful commands, each to be pasted as it stands. */
export function nextLines(commands: readonly string[], style: Style): string[] {
  return commands.flatMap((command, index) =>
    continued(command).map((line, at) => `${index === 0 && at === 0 ? "next:" : "     "} ${style.strong(line)}`),
  );
}
