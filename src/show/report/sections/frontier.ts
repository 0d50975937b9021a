import { frontierChart } from "../../../draw/index.ts";
import { formatDuration, formatNumber, formatPace, formatPaceBand, formatPercent } from "../../../facts/units/index.ts";
import type { FrontierAnswer, ReportLoadout } from "../../../plan/answer/index.ts";
import { chart, heading, table, type Block } from "../document.ts";

/** Throughput against waiting: what a server could be set to, and what each goal would choose. */
export function frontierBlocks({ frontier, frontierUnknown }: ReportLoadout, level: 2 | 3): Block[] {
  if (!frontier) {
    if (frontierUnknown === undefined) return [];
    return [heading(level, "Frontier"), { kind: "text", soft: true, text: frontierUnknown }];
  }
  return [
    heading(level, "Frontier: throughput against waiting"),
    ...chart(frontierChart(frontier)),
    ...table(
      "What each goal would choose",
      ["goal", "#users", "#slots", "#step", "targets", "because"],
      frontier.operating.map(({ name, point, met, because }) => {
        const { knobs } = frontier.points[point]!;
        return [name, ...knobCells(knobs), met ? "kept" : "not kept", because];
      }),
    ),
    ...table(
      "Points that no other of their origin beats",
      [
        "origin",
        "#users",
        "#slots",
        "#step",
        "#all users",
        "#band",
        "#each",
        "#first token p95",
        "#gap p95",
        "#of limit",
      ],
      bestOf(frontier),
    ),
  ];
}

function bestOf({ points }: FrontierAnswer): string[][] {
  return points
    .filter(({ onFrontier }) => onFrontier)
    .map(({ origin, knobs, tokensPerSec, eachTokensPerSec, ttftMs, gapMs, shareOfLimit }) => [
      origin,
      ...knobCells(knobs),
      formatPace(tokensPerSec.value),
      formatPaceBand(tokensPerSec.low, tokensPerSec.high),
      formatPace(eachTokensPerSec.value),
      formatDuration(ttftMs.p95.value),
      formatDuration(gapMs.p95.value),
      shareOfLimit === undefined ? "-" : formatPercent(shareOfLimit),
    ]);
}

function knobCells({ users, slots, stepTokens }: FrontierAnswer["points"][number]["knobs"]): string[] {
  // of a measured rate the users are an average
  return [
    formatNumber(users),
    slots === undefined ? "-" : String(slots),
    stepTokens === undefined ? "-" : String(stepTokens),
  ];
}
