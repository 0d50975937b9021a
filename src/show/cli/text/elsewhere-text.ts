import { formatBytes, formatTokens } from "../../../facts/units/index.ts";
import type { ElsewhereFacts, FitAnswer } from "../../../plan/answer/index.ts";
import { columns, WIDTH, wrap } from "./layout.ts";
import type { Style } from "./style.ts";

/** How Ollama or LM Studio is told the loadout: files and commands as they can be pasted. */
export function elsewhereText({ elsewhere }: FitAnswer, style: Style): string[] {
  if (!elsewhere) return [];
  const { file, settings, commands, warnings, shows, defaultContext } = elsewhere;
  const rows = Object.entries(settings).map(([name, value]) => [`  ${name}`, String(value)]);
  return [
    "",
    headline(elsewhere, style),
    ...(file === undefined ? [] : [style.faint(`  ${file.name}:`), ...indented(file.text)]),
    ...columns(rows),
    ...environmentLines(elsewhere, style),
    ...commands.map((command) => `  ${command}`),
    ...(shows === undefined
      ? []
      : faint(`\`ollama ps\` will say ${formatBytes(shows.bytes)}; not in that: ${shows.leavesOut}`, style)),
    ...(defaultContext === undefined ? [] : faint(`its own context here: ${formatTokens(defaultContext)}`, style)),
    ...warnings.flatMap((text) =>
      wrap(text, WIDTH - 4).map((line, index) => style.warn(`  ${index ? "  " : "! "}${line}`)),
    ),
  ];
}

function headline({ program, version, engine }: ElsewhereFacts, style: Style): string {
  if (program === "lm-studio") return style.strong("in LM Studio");
  return `${style.strong("with Ollama")}${style.faint(` ${version}, which runs it with ${engine}`)}`;
}

function environmentLines({ environment }: ElsewhereFacts, style: Style): string[] {
  const set = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  if (set.length === 0) return [];
  return [style.faint("  set for the server, before it starts:"), `    ${set.join(" ")} ollama serve`];
}

function indented(text: string): string[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `    ${line}`);
}

function faint(text: string, style: Style): string[] {
  return wrap(text, WIDTH - 2).map((line) => style.faint(`  ${line}`));
}
