import { formatBytes, formatExactBytes, formatPace, formatPaceBand } from "../../../facts/units/index.ts";
import type { FitAnswer } from "../../../plan/answer/index.ts";
import type { Estimate } from "../../../predict/estimate/index.ts";
import { nextLines, wrap } from "./layout.ts";
import type { Style } from "./style.ts";

/** Every number of a fit as arithmetic that a person can redo, and where each constant comes from. */
export function explainText(answer: FitAnswer, style: Style): string {
  const { name, source } = answer.model;
  const from = source === undefined ? [] : wrap(`from ${source}`).map(style.faint);
  const lines: string[] = [style.strong(`${name}: how each number comes about`), ...from, ""];
  if (answer.memory) explain(answer.memory, 0, lines, style);
  if (answer.rejected) lines.push(style.bad(answer.rejected.reason), ...wrap(answer.rejected.because));
  lines.push("", style.strong("speed"));
  for (const [label, pace] of [
    ["decode", answer.speed.decode],
    ["decode, context full", answer.speed.decodeFull],
    ["prefill", answer.speed.prefill],
  ] as const) {
    if (!pace) continue;
    const band = formatPaceBand(pace.low, pace.high);
    lines.push(`  ${label}: ${formatPace(pace.tokensPerSec)}, 80% band ${band} ${style.faint(`(${pace.provenance})`)}`);
    lines.push(...wrap(`= ${pace.formula}`, 74).map((line) => `    ${line}`));
  }
  if (answer.speed.unknown) lines.push(`  ${answer.speed.unknown}`);
  lines.push("", style.strong("choices"));
  for (const { setting, value, because } of answer.decisions) {
    lines.push(
      ...wrap(`${setting} = ${value}: ${because}`, 76).map((line, index) =>
        index === 0 ? `  ${line}` : `    ${line}`,
      ),
    );
  }
  lines.push("", ...answer.assumptions.flatMap((text) => wrap(`assumed: ${text}`)).map(style.faint));
  lines.push(...nextLines(answer.next, style));
  return lines.join("\n");
}

function explain(node: Estimate, depth: number, lines: string[], style: Style): void {
  const indent = "  ".repeat(depth);
  const interval =
    node.low === undefined ? "" : `, from ${formatBytes(node.low)} to ${formatBytes(node.high ?? node.value)}`;
  const label = depth < 2 ? style.strong(node.label) : node.label;
  const value = `${formatBytes(node.value)} = ${formatExactBytes(node.value)}${interval}`;
  const [first, ...rest] = wrap(`${label}: ${value} ${style.faint(`(${node.provenance})`)}`, 76 - indent.length);
  lines.push(`${indent}${first}`, ...rest.map((line) => `${indent}    ${line}`));
  if (node.formula)
    lines.push(...wrap(node.formula, 76 - indent.length).map((line) => style.faint(`${indent}    ${line}`)));
  for (const part of node.parts ?? []) explain(part, depth + 1, lines, style);
}
