import { formatCount, formatFileBytes, formatHundredths, formatNumber } from "../../facts/units/index.ts";
import { roundedTogether, summaryOf } from "../explain/index.ts";
import type { FitNumbers } from "./fit-numbers.ts";

/** The whole napkin in one sentence: what the weights come to, and the sum on the place that decides. */
export function fitSentence({ model, memory, verdict }: Pick<FitNumbers, "model" | "memory" | "verdict">): string {
  const bits = (8 * model.fileBytes) / model.parameters;
  const weights = `${formatCount(model.parameters)} weights at ${formatNumber(bits)} bits = ${formatFileBytes(model.fileBytes)}`;
  const summary = memory && summaryOf(memory, verdict.now);
  if (!summary) return `${weights}.`;
  const { place, terms } = summary;
  const { step, unit } = place.need < 2 ** 30 ? MEBI : GIBI;
  const { parts, sum } = roundedTogether(
    terms.map(({ bytes }) => bytes),
    step,
  );
  const have = Math.round(place.have / step);
  const amount = (steps: number) => `${formatHundredths(steps)} ${unit}`;
  const added = terms.map(({ name }, index) => `${amount(parts[index]!)} of ${name}`).join(" + ");
  const [more, less, word] = have >= sum ? [have, sum, "to spare"] : [sum, have, "short"];
  return (
    `${weights}; ${added} = ${amount(sum)} on ${place.label}; ` +
    `${amount(more)} - ${amount(less)} = ${amount(more - less)} ${word}: ${verdict.now.verdict}.`
  );
}

/** hundredths of a unit */
const GIBI = { step: 2 ** 30 / 100, unit: "GiB" } as const;
const MEBI = { step: 2 ** 20 / 100, unit: "MiB" } as const;
