import {
  formatBytes,
  formatDuration,
  formatFileBytes,
  formatNumber,
  formatRate,
  formatTokens,
} from "../../../facts/units/index.ts";
import type { LeftOut } from "../../../plan/rank/index.ts";
import type { RankingAnswer, RankingRow } from "../../../plan/answer/index.ts";
import { columns, nextLines, WIDTH, wrap } from "./layout.ts";
import type { Style } from "./style.ts";
import { workedText } from "./worked-text.ts";

/** What can be run, a line a loadout, and how it was ranked. */
export function rankingText(answer: RankingAnswer, style: Style, why = false): string {
  const { rig, goal, counts, rows } = answer;
  const devices = rig.devices.map(({ name, totalBytes = 0 }) => {
    const size = formatBytes(totalBytes);
    return name.endsWith(size) ? name : `${name} ${size}`;
  });
  const where = [...devices, `${formatBytes(rig.host.ramBytes)} RAM`].join(" + ");
  return [
    ...wrap(`${style.strong("what can be run")} on ${where}, goal ${goal}`),
    "",
    ...(rows.length === 0 ? ["nothing of the catalog fits"] : []),
    ...(answer.worked && rows.length > 0 ? workedText(answer.worked, style) : []),
    ...(rows.length > 0 && (answer.worked === undefined || why)
      ? [
          ...table(
            rows.filter((row) => row.offloadedLayers === undefined),
            style,
            why,
          ),
          ...offloadText(
            rows.filter((row) => row.offloadedLayers !== undefined),
            style,
            why,
          ),
          ...legend(answer)
            .flatMap((text) => wrap(text))
            .map(style.faint),
        ]
      : []),
    "",
    ...answer.leftOut.flatMap((left, index) => wrap(leftOutText(left, index))).map(style.faint),
    ...wrap(
      `${counts.fit} of ${counts.models} models fit` +
        (counts.unknown === 0 ? "" : `; of ${counts.unknown} the engine's graph is not written down here`),
    ).map(style.faint),
    ...answer.because.flatMap((text, index) => wrap(`${index === 0 ? "ranked by:" : "then"} ${text}`)).map(style.faint),
    ...answer.assumptions.flatMap((text) => wrap(`assumed: ${text}`)).map(style.faint),
    ...nextLines(answer.next, style),
  ].join("\n");
}

/** Longest name in the table: leaves room for the columns behind it. */
const NAME_WIDTH = 24;

function table(rows: readonly RankingRow[], style: Style, why: boolean): string[] {
  const head = ["model", "type", "file", "room", "context", "tok/s", "load", ""].map(style.faint);
  const lines = rows.map((row) => [
    style.strong(shortened(row.name)),
    row.fileType,
    row.beyondDisk ? style.bad(formatFileBytes(row.fileBytes)) : formatFileBytes(row.fileBytes),
    roomText(row, style),
    `${row.users > 1 ? `${row.users}x` : ""}${formatTokens(row.context)}`,
    row.decode ? formatNumber(row.decode.tokensPerSec) : "",
    formatDuration(row.coldLoadMs),
    style.faint([row.path === undefined ? "" : "h", row.expertLayersOnHost ? "*" : ""].join("")),
  ]);
  const [heading = "", ...printed] = columns([head, ...lines], [2, 3, 4, 5, 6]);
  return [
    heading,
    ...printed.flatMap((line, index) => [
      line,
      ...(why ? wrap(rows[index]!.because, WIDTH - 2).map((text) => style.faint(`  ${text}`)) : []),
    ]),
  ];
}

/** Behind those that fit: what the CPU keeps decides their pace, so how many layers that is stands below each. */
function offloadText(rows: readonly RankingRow[], style: Style, why: boolean): string[] {
  if (rows.length === 0) return [];
  const said = rows.map(({ offloadedLayers }) => `${offloadedLayers}`).join(", ");
  const layers = `(${said} layers on the CPU)`;
  return ["", ...wrap(`${style.strong("only with offload")} ${style.faint(layers)}`), ...table(rows, style, why)];
}

/** "~" where it is tight. */
function roomText({ verdict, marginBytes }: RankingRow, style: Style): string {
  const room = formatBytes(marginBytes);
  return verdict === "fits" ? style.good(room) : style.warn(`~${room}`);
}

/** What signs and columns mean, as far as they are there. */
function legend({ rows, reading, disk }: RankingAnswer): string[] {
  const signs = [
    ...(rows.some(({ verdict }) => verdict !== "fits") ? ["~ tight"] : []),
    ...(rows.some(({ expertLayersOnHost }) => expertLayersOnHost !== undefined) ? ["* experts on the CPU"] : []),
    ...(rows.some(({ path }) => path !== undefined) ? ["h here already"] : []),
  ];
  const beyond = rows.filter(({ beyondDisk }) => beyondDisk).length;
  const free = disk && `${formatFileBytes(disk.freeBytes)} free on the disk of ${disk.folder}`;
  return [
    [...signs, "room is what is left where there is least"].join("; "),
    `load: the file read once at ${formatRate(reading.bytesPerSec)} (${reading.source})`,
    ...(free ? [beyond > 0 ? `${free}: ${beyond} of these would not go onto it` : free] : []),
  ];
}

const WISHES: Readonly<Record<LeftOut["wish"], string>> = {
  tools: "--tools",
  vision: "--vision",
  licence: "--licence",
  since: "--since",
  maxSize: "--max-size",
};

/** A model that several wishes leave out counts for the first of them. */
function leftOutText({ wish, no, unknown }: LeftOut, index: number): string {
  const of = unknown > 0 ? `, and ${unknown} of which it is not known` : "";
  return `${WISHES[wish]} left out ${no} ${index === 0 ? "" : "more "}models${of}`;
}

function shortened(name: string): string {
  return name.length <= NAME_WIDTH ? name : `${name.slice(0, NAME_WIDTH - 1)}…`;
}
