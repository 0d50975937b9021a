import { formatBytes, formatCount, formatFileBytes, formatPace, formatTokens } from "../../../facts/units/index.ts";
import type { RankingAnswer, RankingRow } from "../../../plan/answer/index.ts";
import { paint } from "./fit-text.ts";
import { columns, nextLines, wrap } from "./layout.ts";
import type { Style } from "./style.ts";

/** What can be run, a line a loadout, and how it was ranked. */
export function rankingText(answer: RankingAnswer, style: Style): string {
  const { rig, goal, counts, rows } = answer;
  const devices = rig.devices.map(({ name, totalBytes = 0 }) => `${name} ${formatBytes(totalBytes)}`);
  const where = [...devices, `${formatBytes(rig.host.ramBytes)} RAM`].join(" + ");
  return [
    ...wrap(`${style.strong("what can be run")} on ${where}, goal ${goal}`),
    "",
    ...(rows.length === 0 ? ["nothing of the catalog fits"] : table(rows, style)),
    "",
    ...wrap(
      `${counts.fit} of ${counts.models} models fit; of ${counts.unknown} the engine's graph is not written down here`,
    ).map(style.faint),
    ...answer.because.flatMap((text, index) => wrap(`${index === 0 ? "ranked by:" : "then"} ${text}`)).map(style.faint),
    ...answer.assumptions.flatMap((text) => wrap(`assumed: ${text}`)).map(style.faint),
    ...nextLines(answer.next, style),
  ].join("\n");
}

/** Longest name in the table: leaves room for seven columns behind it. */
const NAME_WIDTH = 25;

function table(rows: readonly RankingRow[], style: Style): string[] {
  const head = ["model", "size", "file", "", "fits", "context", "pace", ""].map(style.faint);
  const lines = rows.map((row) => [
    style.strong(shortened(row.name)),
    row.activeParameters === undefined ? formatCount(row.parameters) : formatCount(row.parameters),
    row.fileType,
    formatFileBytes(row.fileBytes),
    paint(row.verdict, style),
    `${row.users > 1 ? `${row.users} x ` : ""}${formatTokens(row.context)}`,
    row.decode ? formatPace(row.decode.tokensPerSec) : "",
    style.faint([row.path === undefined ? "" : "here", row.expertLayersOnHost ? "*" : ""].filter(Boolean).join(" ")),
  ]);
  const star = rows.some(({ expertLayersOnHost }) => expertLayersOnHost !== undefined);
  return [...columns([head, ...lines], [1, 3, 5, 6]), ...(star ? [style.faint("* experts on the CPU")] : [])];
}

function shortened(name: string): string {
  return name.length <= NAME_WIDTH ? name : `${name.slice(0, NAME_WIDTH - 1)}…`;
}
