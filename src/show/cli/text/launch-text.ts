import { formatBytes, formatPace } from "../../../facts/units/index.ts";
import type { ArrangementFacts, FitAnswer, LaunchFacts } from "../../../plan/answer/index.ts";
import { shellWord } from "../../../plan/command/index.ts";
import { paint } from "./fit-text.ts";
import { WIDTH, wrap } from "./layout.ts";
import type { Style } from "./style.ts";

/** How to serve it: the exact command, over several lines that paste as one. */
export function launchText({ launch }: FitAnswer, style: Style): string[] {
  if (!launch) return [];
  const checked = launch.checkedAgainst
    ? `flags of ${launch.checkedAgainst}${launch.checkedAgainst === launch.build ? "" : `, asked for ${launch.build}`}`
    : `the flags of ${launch.build} are not known here`;
  const takes = launch.bytes === undefined ? (launch.rejected ?? "refused") : formatBytes(launch.bytes);
  return [
    "",
    `${style.strong("serve it")}  ${paint(launch.verdict, style)}${style.faint(`, ${takes} under llama-server; ${checked}`)}`,
    ...commandLines(launch),
    ...launch.problems.flatMap(({ argument, because }) =>
      wrap(`${argument}: ${because}`, WIDTH - 2).map((line) => style.bad(`  ${line}`)),
    ),
  ];
}

/** "llama-server -m x \" and further lines, a flag and its value never apart. */
function commandLines({ program, args }: LaunchFacts): string[] {
  const lines: string[] = [];
  let line = `  ${program}`;
  for (const part of flagsWithValues(args)) {
    if (line.length + 1 + part.length > WIDTH - 2 && line.trim() !== "") {
      lines.push(`${line} \\`);
      line = `    ${part}`;
    } else line += ` ${part}`;
  }
  return [...lines, line];
}

function flagsWithValues(args: readonly string[]): string[] {
  const parts: string[] = [];
  for (const arg of args) {
    if (arg.startsWith("-") || parts.length === 0) parts.push(shellWord(arg));
    else parts[parts.length - 1] += ` ${shellWord(arg)}`;
  }
  return parts;
}

/** Over several devices: what each way costs, best first. */
export function arrangementsText({ arrangements = [] }: FitAnswer, style: Style): string[] {
  if (arrangements.length === 0) return [];
  return ["", style.strong("over these devices"), ...arrangements.flatMap((each) => arrangementLines(each, style))];
}

function arrangementLines(each: ArrangementFacts, style: Style): string[] {
  const { devices, layersOnHost, decodeTokensPerSec, verdict, flags, because } = each;
  const over = devices
    .map(({ name, layers, needBytes }) => `${name} ${layers} layers, ${formatBytes(needBytes)}`)
    .concat(layersOnHost > 0 ? [`CPU ${layersOnHost} layers`] : [])
    .join(" + ");
  const pace = decodeTokensPerSec === undefined ? "" : `, decode ${formatPace(decodeTokensPerSec)}`;
  return [
    `  ${paint(verdict, style)}${pace}  ${style.strong(flags === "" ? "no flags" : flags)}`,
    ...wrap(`${over}: ${because}`, WIDTH - 4).map((line) => style.faint(`    ${line}`)),
  ];
}
