import {
  formatBytes,
  formatDuration,
  formatPace,
  formatPaceBand,
  formatPercent,
  formatTokens,
  formatWhole,
} from "../../../facts/units/index.ts";
import type { ReportLoadout } from "../../../plan/answer/index.ts";
import { heading, table, type Block } from "../document.ts";

/** The newest run of it on this machine: what was said, what came, and what is between. */
export function receiptBlocks({ receipt }: ReportLoadout, level: 2 | 3): Block[] {
  if (!receipt) return [];
  const { id, atMs, engine, context, sequences, memory, rates, times } = receipt;
  return [
    heading(level, "Receipt: predicted against measured"),
    {
      kind: "text",
      text: `Receipt ${id} of ${dayOf(atMs)}, ${engine}: ${sequences} x ${formatTokens(context / sequences)} of context.`,
    },
    ...table(
      "Memory, predicted and as the engine reported it",
      ["term", "#predicted", "#reported", "#bytes reported", "#residual"],
      memory.map(({ place, term, predictedBytes, actualBytes, residualBytes }) => [
        `${place} ${term}`,
        predictedBytes === undefined ? "-" : formatBytes(predictedBytes),
        actualBytes === undefined ? "-" : formatBytes(actualBytes),
        actualBytes === undefined ? "-" : formatWhole(actualBytes),
        residualBytes === undefined ? "-" : residualBytes === 0 ? "exact" : formatBytes(residualBytes),
      ]),
    ),
    ...table(
      "Pace, predicted and measured",
      ["what", "#predicted", "#band", "#measured", "#residual", "over"],
      rates.map(({ what, predictedPerSec, lowPerSec, highPerSec, measuredPerSec, tokens }) => [
        what,
        predictedPerSec === undefined ? "-" : formatPace(predictedPerSec),
        lowPerSec === undefined || highPerSec === undefined ? "-" : formatPaceBand(lowPerSec, highPerSec),
        formatPace(measuredPerSec),
        predictedPerSec === undefined ? "-" : formatPercent(measuredPerSec / predictedPerSec - 1, true),
        `${tokens} tokens`,
      ]),
    ),
    ...(times
      ? [
          {
            kind: "text" as const,
            soft: true,
            text: `Loaded in ${formatDuration(times.loadMs)}, first token after ${formatDuration(times.firstTokenMs)}.`,
          },
        ]
      : []),
  ];
}

/** In UTC: a report reads the same wherever it is written. */
function dayOf(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
