import { formatNumber, formatPercent } from "../../facts/units/index.ts";
import type { Measured } from "../../predict/estimate/index.ts";
import type { ProbeComparison, QualityComparison, QualityFigures, QualityProbe } from "./quality-answer.ts";

const NAMES: Readonly<Record<QualityProbe, string>> = {
  format: "strict formats",
  multilingual: "questions in other languages",
  reasoning: "long reasoning",
};

/** What figures of one file say, and what they cannot. */
export function saysAlone({ probes }: QualityFigures): string[] {
  return [
    "Perplexity depends on tokenizer, text and window: it says something beside another file of the same model, measured here, " +
      "and nothing beside another model or a published figure.",
    probes.length === 0
      ? "The file has no chat template, so no question was asked."
      : "Passed tasks say whether this file can do such tasks at all; most small models cannot do all of them, however precise.",
  ];
}

/** What a comparison says in words, with its limits; the file against the reference. */
export function saysCompared({ perplexityRatio, kl, sameTop, covered, probes }: QualityComparison): string[] {
  const change = formatPercent(perplexityRatio.value - 1, true);
  const worse = perplexityRatio.low > 1;
  const better = perplexityRatio.high < 1;
  const rest = 1 - covered;
  return [
    worse || better
      ? `Perplexity is ${worse ? "higher" : "lower"} by ${change.replace(/^[+-]/, "")}: ${worse ? "the file predicts this text worse" : "the file predicts this text better"}.`
      : `No difference in perplexity shown: ${change}, between ${band(perplexityRatio)}.`,
    `It picks another likeliest token at ${formatPercent(1 - sameTop.value)} of positions` +
      (kl.value < 1e-4 ? "." : `, and is ${formatNumber(kl.value)} nats a token away.`),
    ...(rest > 0.005
      ? [
          `The candidates told apart hold ${formatPercent(covered)} of the probability; the divergence is too low by what hides in the rest.`,
        ]
      : []),
    ...probes.map(saysOfProbe),
    "Divergences published elsewhere are of other texts and cannot be set beside this one.",
  ];
}

function saysOfProbe({ probe, trials, onlyFile, onlyReference, difference, p }: ProbeComparison): string {
  const name = NAMES[probe];
  if (p < 0.05) {
    const [word, more] = difference.value < 0 ? ["fails", onlyReference] : ["passes", onlyFile];
    return `It ${word} more often at ${name}: ${more} tasks alone (p = ${formatNumber(p, 2)}).`;
  }
  const missed = Math.max(Math.abs(difference.low), Math.abs(difference.high));
  return (
    `No difference shown at ${name}: ${onlyFile} passed by the file alone, ${onlyReference} by the reference alone; ` +
    `${trials} tasks leave room for ${formatPercent(Math.round(missed * 100) / 100)} either way.`
  );
}

function band({ low, high }: Measured): string {
  return `${formatPercent(low - 1, true)} and ${formatPercent(high - 1, true)}`;
}
