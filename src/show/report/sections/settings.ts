import { formatBytes, formatPace, formatTokens } from "../../../facts/units/index.ts";
import type { ReportLoadout } from "../../../plan/answer/index.ts";
import { heading, table, type Block } from "../document.ts";

/** How it is started, and why each setting is what it is. */
export function settingsBlocks({ fit, ask }: ReportLoadout, level: 2 | 3): Block[] {
  const { launch, decisions, arrangements = [] } = fit;
  return [
    heading(level, "Launch and settings"),
    ...(launch
      ? [
          { kind: "code" as const, text: launch.line },
          {
            kind: "text" as const,
            soft: true,
            text: `For ${launch.program} ${launch.build}${launch.checkedAgainst === undefined ? "" : `, checked against the flags of ${launch.checkedAgainst}`}; under it: ${launch.rejected ?? `${launch.verdict}${launch.bytes === undefined ? "" : `, ${formatBytes(launch.bytes)}`}`}.`,
          },
          ...table(
            "Arguments that it would refuse",
            ["argument", "because"],
            launch.problems.map(({ argument, because }) => [argument, because]),
          ),
        ]
      : []),
    ...table(
      "Settings, each with its reason",
      ["setting", "value", "because", "asked for"],
      decisions.map(({ setting, value, because, asked }) => [
        setting,
        setting === "context" ? formatTokens(Number(value)) : String(value),
        because,
        asked === true ? "yes" : "no",
      ]),
    ),
    ...table(
      "Ways over several devices, best first",
      ["flags", "verdict", "#on devices", "#decode", "because"],
      arrangements.map(({ flags, verdict, deviceBytes, decodeTokensPerSec, because }) => [
        flags === "" ? "as it is" : flags,
        verdict,
        formatBytes(deviceBytes),
        decodeTokensPerSec === undefined ? "-" : formatPace(decodeTokensPerSec),
        because,
      ]),
    ),
    { kind: "text", soft: true, text: "The question, as it is asked again:" },
    { kind: "code", text: ask },
  ];
}
