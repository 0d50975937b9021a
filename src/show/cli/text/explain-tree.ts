import { formatBytes, formatExactBytes } from "../../../facts/units/index.ts";
import type { Estimate } from "../../../predict/estimate/index.ts";
import { WIDTH, wrap } from "./layout.ts";
import type { Style } from "./style.ts";

/**
 * A tree that sums, a line a term: its label, its value rounded and to the byte, its interval. Below it, deeper, its arithmetic
 * behind "=", that of the interval's ends behind "low =" and "high =", and where constants are from. A line that goes on is
 * indented once more.
 */
export function treeLines(node: Estimate, style: Style, depth = 0): string[] {
  const indent = "  ".repeat(depth);
  const { label, value, low, high, provenance, parts = [], because } = node;
  const interval = low === undefined ? "" : `, from ${formatBytes(low)} to ${formatBytes(high ?? value)}`;
  const how = parts.length > 1 ? `the sum of ${parts.length} below` : parts.length === 1 ? "the one below" : provenance;
  const amount = `${formatBytes(value)} = ${formatExactBytes(value)}${interval} ${style.faint(`(${how})`)}`;
  return [
    ...hanging(`${depth < 2 ? style.strong(label) : label}: ${amount}`, indent),
    ...workingLines(node, `${indent}  `, style),
    ...(because === undefined ? [] : hanging(because, `${indent}  `).map(style.faint)),
    ...parts.flatMap((part) => treeLines(part, style, depth + 1)),
  ];
}

/** "= 36 layers x ...", and the ends of an interval where they are not read off a table. */
export function workingLines(
  { formula, lowFormula, highFormula }: Pick<Estimate, "formula" | "lowFormula" | "highFormula">,
  indent: string,
  style: Style,
): string[] {
  const lines = [
    ["=", formula],
    ["low =", lowFormula],
    ["high =", highFormula],
  ] as const;
  return lines.flatMap(([sign, text]) =>
    text === undefined ? [] : hanging(`${sign} ${text}`, indent).map(style.faint),
  );
}

/** A text under an indent, what goes on indented by four more. */
export function hanging(text: string, indent: string): string[] {
  return wrap(text, WIDTH - 4 - indent.length).map((line, index) => `${indent}${index === 0 ? "" : "    "}${line}`);
}
