import {
  formatDuration,
  formatNumber,
  formatPace,
  formatPaceBand,
  formatPercent,
  formatTokens,
} from "../../../facts/units/index.ts";
import type { SpeculationFacts, SpeculationRow } from "../../../plan/answer/index.ts";
import { paceText } from "./explain-pace.ts";
import { hanging, workingLines } from "./explain-tree.ts";
import { columns, WIDTH, wrap } from "./layout.ts";
import type { Style } from "./style.ts";

/** Decoding with guesses beside decoding without, for `fit`. */
export function speculationText(facts: SpeculationFacts, style: Style): string[] {
  const { draft, draftTokens, acceptance, acceptedShare, rows } = facts;
  const table = rows.map((row) => [
    `  ${who(row)}`,
    formatPace(row.plain.tokensPerSec),
    formatPace(row.decode.tokensPerSec),
    formatPaceBand(row.decode.low, row.decode.high),
    style.faint(row.breakEven === undefined ? "never pays" : `pays from ${row.breakEven.toFixed(2)}`),
  ]);
  const assumed =
    acceptance.low === undefined
      ? "as stated"
      : `assumed, ${acceptance.low} to ${acceptance.high!}: state --acceptance`;
  const head = `${draftTokens} guesses a round by ${draft}; acceptance ${acceptance.value} (${assumed}), which servers print as ${formatPercent(acceptedShare)} of all guesses`;
  return [
    "",
    style.strong("guessing ahead"),
    ...wrap(head, WIDTH - 2).map((line) => style.faint(`  ${line}`)),
    ...columns([["", "without", "with", "80% band", "acceptance"].map(style.faint), ...table], [1, 2]),
    ...wrap(facts.says, WIDTH - 2).map((line) => `  ${line}`),
  ];
}

function who({ streams, depth }: SpeculationRow): string {
  return `${streams} stream${streams === 1 ? "" : "s"}, ${depth === 0 ? "empty" : `at ${formatTokens(depth)}`}`;
}

/** The same as arithmetic, for `explain`. */
export function explainSpeculation(facts: SpeculationFacts, style: Style): string[] {
  const { draft, draftTokens, tokensBecause, acceptance, draftedShare, rows } = facts;
  const { value, low, high, because } = acceptance;
  const interval = low === undefined ? "" : ` from ${low} to ${high!}`;
  const share =
    draftedShare === undefined
      ? []
      : [
          ...hanging(`share of steps with a guess: ${draftedShare} (assumed)`, "  "),
          ...hanging("a look-up finds none for the others, as vLLM's did in chats", "    ").map(style.faint),
        ];
  return [
    style.strong(`guessing ahead, by ${draft}`),
    ...hanging(`guesses a round: ${draftTokens}`, "  "),
    ...hanging(tokensBecause, "    ").map(style.faint),
    ...hanging(`acceptance: ${value}${interval} (${low === undefined ? "stated" : "assumed"})`, "  "),
    ...hanging(because, "    ").map(style.faint),
    ...share,
    ...result(`tokens a round: ${formatNumber(facts.tokensPerRound, 4)}`, tokensFormula(facts, value), style),
    ...result(
      `accepted of all guesses: ${formatPercent(facts.acceptedShare)}`,
      `(${formatNumber(facts.tokensPerRound, 4)} - 1) / ${draftTokens}${draftedShare === undefined ? "" : ` / ${draftedShare}`}`,
      style,
    ),
    ...rows.flatMap((row) => rowText(facts, row, style)),
  ];
}

function result(claim: string, formula: string, style: Style, indent = "  "): string[] {
  return [...hanging(`${claim} (formula)`, indent), ...workingLines({ formula }, `${indent}  `, style)];
}

/** 1 + a + a^2 + ...: the first guess is right with a, the second if the first was ... */
function tokensFormula({ draftTokens, draftedShare }: SpeculationFacts, acceptance: number): string {
  const a = formatNumber(acceptance, 4);
  const powers = Array.from({ length: draftTokens }, (_, index) => (index === 0 ? a : `${a}^${index + 1}`)).join(" + ");
  return draftedShare === undefined ? `1 + ${powers}` : `1 + ${draftedShare} x (${powers})`;
}

function rowText(facts: SpeculationFacts, row: SpeculationRow, style: Style): string[] {
  const { streams, checked, drafted, roundMs, stepMs, breakEven, decode } = row;
  const { draftTokens, draftedShare, tokensPerRound } = facts;
  const label = who(row);
  const all = streams * (draftTokens + 1);
  const checking = `${all} tokens / ${formatPace(checked.tokensPerSec)}`;
  const cache = row.cacheMs === 0 ? "" : ` + ${formatDuration(row.cacheMs)} [reading the cache]`;
  const drafting = drafted ? ` + ${streams * draftTokens} tokens / ${formatPace(drafted.tokensPerSec)}` : "";
  const round = `${checking}${cache}${drafting}`;
  const step = formatDuration(stepMs);
  const tokens = formatNumber(tokensPerRound, 4);
  const needed = roundMs / stepMs;
  const band = `, 80% band ${formatPaceBand(decode.low, decode.high)} (${decode.provenance})`;
  const rate = formatPace(decode.tokensPerSec);
  return [
    ...paceText(`${label}, without guesses`, row.plain, style),
    ...paceText(`${label}, checking`, checked, style),
    ...(drafted ? paceText(`${label}, drafting`, drafted, style) : []),
    ...result(`${label}, a step: ${step}`, `${streams} tokens / ${formatPace(row.plain.tokensPerSec)}`, style),
    ...result(
      `${label}, a round: ${formatDuration(roundMs)}`,
      draftedShare === undefined ? round : `${draftedShare} x (${round}) + (1 - ${draftedShare}) x ${step}`,
      style,
    ),
    ...hanging(`${label}, with guesses: ${rate}${band}`, "  "),
    ...workingLines(
      {
        formula: `${streams === 1 ? "" : `${streams} streams x `}${tokens} / ${formatDuration(roundMs)}`,
        lowFormula: `${rate} / ${formatNumber(decode.tokensPerSec / decode.low)}`,
        highFormula: `${rate} x ${formatNumber(decode.high / decode.tokensPerSec)}`,
      },
      "    ",
      style,
    ),
    ...result(
      `${label}, tokens a round that break even: ${formatNumber(needed, 4)}`,
      `${formatDuration(roundMs)} / ${step}`,
      style,
    ),
    ...(breakEven === undefined
      ? []
      : result(
          `${label}, tokens a round at an acceptance of ${formatNumber(breakEven, 4)}: ${formatNumber(needed, 4)}`,
          tokensFormula(facts, breakEven),
          style,
        )),
  ];
}
