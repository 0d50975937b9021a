import { memoryChart, paceChart } from "../../../draw/index.ts";
import { formatBytes, formatDuration, formatPace, formatPaceBand, formatTokens } from "../../../facts/units/index.ts";
import { answerDifference, type ReportLoadout } from "../../../plan/answer/index.ts";
import { chart, heading, table, type Block } from "../document.ts";

/** Several loadouts beside each other: what they come to, where they are not alike, and which term makes the difference. */
export function comparisonBlocks(loadouts: readonly ReportLoadout[]): Block[] {
  const [first, ...others] = loadouts;
  if (!first || others.length === 0) return [];
  const named = loadouts.map(({ name, fit }) => ({ name, answer: fit }));
  const differences = others.map((other) => ({ other, difference: answerDifference(first.fit, other.fit) }));
  const unlike = [...new Set(differences.flatMap(({ difference }) => difference.unlike.map(({ what }) => what)))];
  const said = (what: string, at: number) => {
    const rows = differences.map(({ difference }) => difference.unlike.find((row) => row.what === what));
    // the first's own words stand wherever another differs
    const own = rows.find((row) => row !== undefined)?.first ?? "-";
    return at === 0 ? own : (rows[at - 1]?.second ?? own);
  };
  return [
    heading(2, "Beside each other"),
    ...table("The figures", ["", ...loadouts.map(({ name }) => `#${name}`)], figureRows(loadouts)),
    ...chart(memoryChart(named)),
    ...chart(paceChart(named)),
    ...table(
      "What is not alike",
      ["", ...loadouts.map(({ name }) => name)],
      unlike.map((what) => [what, ...loadouts.map((_, at) => said(what, at))]),
    ),
    ...differences.flatMap(({ other, difference }) =>
      table(
        `Memory, ${first.name} against ${other.name}, largest difference first`,
        ["term", "where", `#${first.name}`, `#${other.name}`, "#more"],
        (difference.memory ?? [])
          .filter((term) => term.first > 0 || term.second > 0)
          .map((term) => [
            term.term,
            term.where,
            formatBytes(term.first),
            formatBytes(term.second),
            term.difference === 0 ? "the same" : formatBytes(term.difference),
          ]),
      ),
    ),
  ];
}

function figureRows(loadouts: readonly ReportLoadout[]): string[][] {
  const row = (label: string, of: (fit: ReportLoadout["fit"]) => string | undefined) => [
    label,
    ...loadouts.map(({ fit }) => of(fit) ?? "-"),
  ];
  return [
    row("verdict", ({ verdict, rejected }) => (rejected ? "is refused" : verdict.now.verdict)),
    row("least room left", ({ verdict }) => formatBytes(verdict.now.marginBytes)),
    row("memory", ({ memory }) => memory && formatBytes(memory.value)),
    row("decode", ({ speed }) => speed.decode && formatPace(speed.decode.tokensPerSec)),
    row("80% band", ({ speed }) => speed.decode && formatPaceBand(speed.decode.low, speed.decode.high)),
    row("decode, context full", ({ speed }) => speed.decodeFull && formatPace(speed.decodeFull.tokensPerSec)),
    row("prefill", ({ speed }) => speed.prefill && formatPace(speed.prefill.tokensPerSec)),
    row("first token", ({ speed }) => speed.firstTokenMs && formatDuration(speed.firstTokenMs.value)),
    row("last token", ({ speed }) => speed.endMs && formatDuration(speed.endMs.value)),
    row("longest context", ({ longestContext }) =>
      longestContext === undefined ? undefined : formatTokens(longestContext),
    ),
    row("most users", ({ mostUsers }) => (mostUsers === undefined ? undefined : String(mostUsers))),
  ];
}
