import { formatBytes, formatExactBytes, formatNumber, formatPace } from "../../../facts/units/index.ts";
import { fitSentence, type DifferenceAnswer, type FitAnswer } from "../../../plan/answer/index.ts";
import type { TermDifference } from "../../../plan/explain/index.ts";
import type { Estimate } from "../../../predict/estimate/index.ts";
import { derivedText } from "./explain-derived.ts";
import { paceText } from "./explain-pace.ts";
import { hanging, treeLines } from "./explain-tree.ts";
import { columns, wrap } from "./layout.ts";
import type { Style } from "./style.ts";

/** Why two loadouts differ, in the form of an explanation: every number with its arithmetic, the largest differences first. */
export function differenceText(answer: DifferenceAnswer, style: Style): string {
  const { first, second, unlike, memory } = answer;
  return [
    style.strong("why two loadouts differ"),
    ...wrap(`first: ${fitSentence(first)}`),
    "",
    ...wrap(`second: ${fitSentence(second)}`),
    "",
    style.strong("what is not the same"),
    ...(unlike.length === 0
      ? ["  nothing"]
      : columns(unlike.map(({ what, first: one, second: other }) => [`  ${what}`, one, other]))),
    "",
    ...(memory ? memoryText(memory, style) : [`the engine refuses ${first.memory ? "the second" : "the first"}`]),
    ...speedText(first, second, style),
  ].join("\n");
}

/** Terms below this share of all differences are shown without their buffers. */
const SHOWN = 0.01;

function memoryText(terms: readonly TermDifference[], style: Style): string[] {
  const unequal = terms.filter(({ difference }) => difference !== 0);
  const equal = terms.filter(({ difference, first }) => difference === 0 && first > 0);
  if (unequal.length === 0) return [`${style.strong("memory")}: the same, term by term`, ""];
  const all = unequal.reduce((sum, { difference }) => sum + difference, 0);
  const absolute = unequal.reduce((sum, { difference }) => sum + Math.abs(difference), 0);
  const same = equal.map(({ term, where }) => `${term} on ${where}`).join(", ");
  return [
    ...hanging(
      `${style.strong("memory, second less first")}: ${formatBytes(all)} = ${formatExactBytes(all)} (the sum of ${unequal.length} below)`,
      "",
    ),
    ...unequal.flatMap((term) => termText(term, Math.abs(term.difference) >= SHOWN * absolute, style)),
    ...(same === "" ? [] : hanging(`the same: ${same}`, "  ").map(style.faint)),
    "",
  ];
}

function termText(difference: TermDifference, whole: boolean, style: Style): string[] {
  const { term, where, first, second, firstLeaves, secondLeaves } = difference;
  const amount = `${formatBytes(difference.difference)} = ${formatExactBytes(difference.difference)}`;
  return [
    ...hanging(`${style.strong(`${term} on ${where}`)}: ${amount} (formula)`, "  "),
    ...hanging(`= ${formatExactBytes(second)} - ${formatExactBytes(first)}`, "    ").map(style.faint),
    ...(whole
      ? [
          ...sideText("second", secondLeaves, firstLeaves, style),
          ...sideText("first", firstLeaves, secondLeaves, style),
        ]
      : []),
  ];
}

/** What is the same on both sides is not shown twice. */
function sideText(side: string, leaves: readonly Estimate[], others: readonly Estimate[], style: Style): string[] {
  const same = ({ key, value }: Estimate) => others.some((other) => other.key === key && other.value === value);
  return leaves
    .filter((leaf) => leaf.value > 0 && !same(leaf))
    .flatMap((leaf) => treeLines({ ...leaf, label: `${side}: ${leaf.label}` }, style, 2));
}

function speedText(first: FitAnswer, second: FitAnswer, style: Style): string[] {
  const lines = [style.strong("speed")];
  const told = new Set<string>();
  for (const [label, one, other] of [
    ["decode", first.speed.decode, second.speed.decode],
    ["decode, context full", first.speed.decodeFull, second.speed.decodeFull],
    ["prefill", first.speed.prefill, second.speed.prefill],
  ] as const) {
    if (!one || !other) continue;
    lines.push(
      ...hanging(`${label}, second over first: ${formatNumber(other.tokensPerSec / one.tokensPerSec)} (formula)`, "  "),
      ...hanging(`= ${formatPace(other.tokensPerSec)} / ${formatPace(one.tokensPerSec)}`, "    ").map(style.faint),
      ...paceText(`second, bound by ${other.bound}`, other, style, "    "),
      ...derivedText(other, told, style, "      "),
      ...paceText(`first, bound by ${one.bound}`, one, style, "    "),
      ...derivedText(one, told, style, "      "),
    );
  }
  const [one, other] = [first, second].map(({ speed }) => speed.cached?.firstTokenMs ?? speed.firstTokenMs);
  if (one && other) {
    const ms = ({ value }: typeof one) => `${formatNumber(value)} ms`;
    lines.push(
      ...hanging(`first token, second over first: ${formatNumber(other.value / one.value)} (formula)`, "  "),
      ...hanging(`= ${ms(other)} / ${ms(one)}`, "    ").map(style.faint),
    );
  }
  for (const [side, { speed }] of [
    ["first", first],
    ["second", second],
  ] as const)
    if (speed.unknown) lines.push(...hanging(`${side}: ${speed.unknown}`, "  "));
  return lines;
}
