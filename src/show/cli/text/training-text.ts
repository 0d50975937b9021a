import type { Rig } from "../../../facts/hardware/index.ts";
import { formatBytes } from "../../../facts/units/index.ts";
import type { Estimate } from "../../../predict/estimate/index.ts";
import { treeLines } from "./explain-tree.ts";
import { columns, wrap } from "./layout.ts";
import type { Style } from "./style.ts";

const COARSE = "without activations, which grow with the tokens of a step: coarse, training itself is not planned yet";

/** What fine-tuning would hold, beside the devices' memory. */
export function trainingText(rows: readonly Estimate[], { devices }: Rig, style: Style): string[] {
  const have = devices.reduce((sum, { totalBytes = 0 }) => sum + totalBytes, 0);
  const lines = rows.map(({ label, value }) => [
    `  ${label}`,
    formatBytes(value),
    have === 0 ? "" : value <= have ? style.good("below the devices' memory") : style.bad("above the devices' memory"),
  ]);
  return ["", style.strong("training") + style.faint("  memory"), ...columns(lines, [1]), ...faintly(style)];
}

/** The same as arithmetic. */
export function explainTraining(rows: readonly Estimate[], style: Style): string[] {
  return [style.strong("training"), ...rows.flatMap((row) => treeLines(row, style, 1)), ...faintly(style)];
}

function faintly(style: Style): string[] {
  return wrap(COARSE, 78).map((line) => style.faint(`  ${line}`));
}
