import { formatFileBytes, formatNumber, formatPercent } from "../../../facts/units/index.ts";
import type { MeasuredFile, QualityAnswer, QualityComparison } from "../../../plan/answer/index.ts";
import type { Measured } from "../../../predict/estimate/index.ts";
import { columns, nextLines, WIDTH, wrap } from "./layout.ts";
import type { Style } from "./style.ts";

/** Measured quality for a terminal of 80 columns: a file alone, or beside its reference. */
export function qualityText(answer: QualityAnswer, style: Style): string {
  const { file, against, comparison, runtime, suite, says, next } = answer;
  return [
    headline(file, "", style),
    ...(against ? [headline(against, "against ", style)] : []),
    style.faint(`with ${runtime.engine} ${runtime.version} (llama.cpp ${runtime.build}, ${runtime.backend}); ${suite}`),
    "",
    style.strong("text") +
      style.faint(`  ${file.figures.tokens} tokens scored; 95% intervals from blocks of 16 tokens drawn again`),
    ...columns(textRows(answer, style), [1, 2]),
    "",
    ...passageRows(answer, style),
    ...probeRows(answer, style),
    style.strong("what this says"),
    ...says.flatMap((line) => wrap(line, WIDTH - 4).map((part, index) => `  ${index === 0 ? "-" : " "} ${part}`)),
    "",
    ...(comparison ? [] : []),
    style.faint(`kept in ${file.stored}`),
    ...(against ? [style.faint(`     and ${against.stored}`)] : []),
    ...nextLines(next, style),
  ].join("\n");
}

function headline({ model, fromStore }: MeasuredFile, before: string, style: Style): string {
  const kept = fromStore ? style.faint(", measured before") : "";
  return `${before}${style.strong(model.name)}  ${model.quantization}, ${formatFileBytes(model.fileBytes)}${kept}`;
}

function textRows({ file, against, comparison }: QualityAnswer, style: Style): string[][] {
  const rows = [["  perplexity", formatNumber(file.figures.perplexity.value, 4), band(file.figures.perplexity, 4)]];
  if (!against || !comparison) return rows;
  return [
    ...rows,
    [
      "  perplexity of the reference",
      formatNumber(against.figures.perplexity.value, 4),
      band(against.figures.perplexity, 4),
    ],
    [
      "  change, paired token by token",
      formatPercent(comparison.perplexityRatio.value - 1, true),
      `${formatPercent(comparison.perplexityRatio.low - 1, true)} to ${formatPercent(comparison.perplexityRatio.high - 1, true)}`,
    ],
    ["  KL divergence, nats a token", formatNumber(comparison.kl.value), band(comparison.kl)],
    [style.faint("    median, 99th percentile"), formatNumber(comparison.klMedian), formatNumber(comparison.kl99)],
    ["  same likeliest token", formatPercent(comparison.sameTop.value), share(comparison.sameTop)],
  ];
}

function passageRows({ file, comparison }: QualityAnswer, style: Style): string[] {
  const passages = (comparison?.passages ?? file.figures.passages).toSorted((a, b) => (b.kl ?? 0) - (a.kl ?? 0));
  const rows = passages.map(({ id, language, tokens, perplexity, kl }) => [
    `  ${id.replace(/^\w/, (letter) => letter.toUpperCase()).replaceAll("-", " ")}`,
    language,
    String(tokens),
    formatNumber(perplexity),
    ...(kl === undefined ? [] : [formatNumber(kl)]),
  ]);
  const head = ["  passage", "language", "tokens", "perplexity", ...(comparison ? ["KL"] : [])].map(style.faint);
  return [...columns([head, ...rows], [2, 3, 4]), ""];
}

function probeRows({ file, against, comparison }: QualityAnswer, style: Style): string[] {
  const { probes } = file.figures;
  if (probes.length === 0) return [];
  const rows = probes.map(({ probe, passed, trials, share: of, cutShort }) => {
    const other = against?.figures.probes.find((one) => one.probe === probe);
    const pair = comparison?.probes.find((one) => one.probe === probe);
    return [
      `  ${probe}`,
      `${passed} of ${trials}`,
      ...(other && pair ? [`${other.passed} of ${other.trials}`, points(pair)] : [share(of)]),
      cutShort > 0 ? style.faint(`${cutShort} cut at the limit`) : "",
    ];
  });
  const head = ["  tasks passed", "file", ...(comparison ? ["reference", "difference"] : ["95% interval"]), ""];
  return [...columns([head.map(style.faint), ...rows], [1, 2, 3]), ""];
}

function points({ difference, p }: QualityComparison["probes"][number]): string {
  return `${formatPercent(difference.value, true)} (${share(difference)}), p ${formatNumber(p, 2)}`;
}

function band({ low, high }: Measured, digits = 3): string {
  return `${formatNumber(low, digits)} to ${formatNumber(high, digits)}`;
}

function share({ low, high }: Measured): string {
  return `${formatPercent(Math.round(low * 1000) / 1000)} to ${formatPercent(Math.round(high * 1000) / 1000)}`;
}
