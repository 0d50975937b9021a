import { memoryChart } from "../../../draw/index.ts";
import { formatBytes, formatWhole } from "../../../facts/units/index.ts";
import type { ReportLoadout } from "../../../plan/answer/index.ts";
import type { Estimate } from "../../../predict/estimate/index.ts";
import { chart, heading, table, type Block } from "../document.ts";

/** Memory as a chart by place and as the tree that it sums from, to the byte. */
export function memoryBlocks({ name, fit }: ReportLoadout, level: 2 | 3): Block[] {
  const { memory, serving } = fit;
  if (!memory) return [];
  const rows: string[][] = [];
  const depths: number[] = [];
  const visit = (node: Estimate, depth: number) => {
    const { label, value, low, high = value, provenance, parts = [] } = node;
    const interval = low === undefined ? "" : `${formatBytes(low)} to ${formatBytes(high)}`;
    rows.push([label, formatBytes(value), formatWhole(value), interval, parts.length > 0 ? "sum" : provenance]);
    depths.push(depth);
    for (const part of parts) if (part.value > 0) visit(part, depth + 1);
  };
  visit(memory, 0);
  const grows = (serving?.parts ?? []).filter(({ high = 0 }) => high > 0);
  return [
    heading(level, "Memory"),
    ...chart(memoryChart([{ name, answer: fit }])),
    ...table("Memory by place and term", ["term", "#memory", "#bytes", "#interval", "from"], rows, depths),
    ...table(
      "RAM that it may come to hold while it serves",
      ["what", "#up to", "#bytes", "why"],
      grows.map(({ label, high = 0, because = "" }) => [label, formatBytes(high), formatWhole(high), because]),
    ),
  ];
}
