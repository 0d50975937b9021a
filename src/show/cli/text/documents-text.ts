import {
  formatDuration,
  formatNumber,
  formatPace,
  formatPaceBand,
  formatPercent,
  formatTokens,
} from "../../../facts/units/index.ts";
import type { DocumentFacts } from "../../../plan/answer/index.ts";
import { derivedText } from "./explain-derived.ts";
import { paceText } from "./explain-pace.ts";
import { hanging, workingLines } from "./explain-tree.ts";
import type { Style } from "./style.ts";

const perSec = (rate: number, what: DocumentFacts["what"]): string => `${formatNumber(rate)} ${what}/s`;
const band = ({ low, high }: DocumentFacts["perSec"], what: DocumentFacts["what"]): string =>
  `${formatNumber(low)} to ${perSec(high, what)}`;

/** Rows of the table of paces: texts a second, what one takes, tokens read. */
export function documentRows(facts: DocumentFacts, style: Style): string[][] {
  const { what, tokens, eachMs, reading, together, pooling, dimensions } = facts;
  const gives = what === "pairs" ? "a score each" : `a vector of ${dimensions} each, pooled by ${pooling}`;
  return [
    [
      `  ${what}`,
      perSec(facts.perSec.value, what),
      band(facts.perSec, what),
      style.faint(`of ${formatTokens(tokens)} tokens one after the other; ${gives}`),
    ],
    ...(together
      ? [
          [
            "    together",
            perSec(together.perSec.value, what),
            band(together.perSec, what),
            style.faint(`${together.perStep} in a step`),
          ],
        ]
      : []),
    [
      "  one alone",
      formatDuration(eachMs.value),
      `${formatDuration(eachMs.low)} to ${formatDuration(eachMs.high)}`,
      style.faint("from its first token to its result"),
    ],
    [
      "  read",
      formatPace(reading.tokensPerSec),
      formatPaceBand(reading.low, reading.high),
      style.faint(
        `${reading.bound}-bound, ${formatPercent(reading.shareOfLimit)} of the compute rate, ${reading.provenance}`,
      ),
    ],
  ];
}

/** The same as arithmetic. */
export function explainDocuments(facts: DocumentFacts, style: Style): string[] {
  const { what, tokens, reading, together } = facts;
  const working = (rate: number): string => `${formatPace(rate)} / ${tokens} tokens`;
  return [
    ...paceText("reading", reading, style),
    ...derivedText(reading, new Set(), style, "    "),
    ...hanging(`${what}: ${perSec(facts.perSec.value, what)}, 80% band ${band(facts.perSec, what)}`, "  "),
    ...workingLines(
      {
        formula: working(reading.tokensPerSec),
        lowFormula: working(reading.low),
        highFormula: working(reading.high),
      },
      "    ",
      style,
    ),
    ...(together
      ? hanging(
          `${together.perStep} in a step: ${perSec(together.perSec.value, what)}, 80% band ${band(together.perSec, what)}`,
          "  ",
        )
      : []),
  ];
}
