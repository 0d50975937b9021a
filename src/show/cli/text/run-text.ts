import { formatBytes, formatDuration, formatPace, formatPaceBand, formatPercent } from "../../../facts/units/index.ts";
import type { RunAnswer } from "../../../plan/answer/index.ts";
import { columns, nextLines, WIDTH, wrap } from "./layout.ts";
import type { Style } from "./style.ts";

/** Predicted against measured, term by term. */
export function runText(answer: RunAnswer, style: Style): string {
  const { measured, memory, rates, reply } = answer;
  const memoryRows = memory.map(({ place, term, predictedBytes, actualBytes, printedMiB, exact }) => [
    `  ${place} ${term}`,
    formatBytes(predictedBytes),
    printedMiB === undefined ? "not reported" : `${printedMiB} MiB`,
    actualBytes === undefined
      ? style.faint("the engine prints no such buffer")
      : exact
        ? style.good("equal at every printed digit")
        : style.warn(`off by ${formatBytes(predictedBytes - actualBytes)}`),
  ]);
  const rateRows = rates.map(({ what, predicted, actual, ratio, insideBand }) => [
    `  ${what}`,
    predicted ? formatPace(predicted.tokensPerSec) : "none",
    formatPace(actual),
    !predicted || ratio === undefined
      ? style.faint("no prediction")
      : `${insideBand ? style.good("inside the band") : style.warn("outside the band")} ${style.faint(
          `${formatPaceBand(predicted.low, predicted.high)}, ${formatPercent(ratio - 1, true)}`,
        )}`,
  ]);
  return [
    style.strong("predicted against measured"),
    ...columns(
      [[style.faint("  term"), style.faint("predicted"), style.faint("measured"), ""], ...memoryRows, ...rateRows],
      [1, 2],
    ),
    ...wrap(
      `loaded in ${formatDuration(measured.loadMs)}; first token ${formatDuration(measured.firstTokenMs)} after the question, ` +
        `${formatDuration(measured.startToFirstTokenMs)} after the command; ${reply.promptTokens} prompt and ` +
        `${reply.replyTokens} reply token${reply.replyTokens === 1 ? "" : "s"} on ${measured.threads} thread${measured.threads === 1 ? "" : "s"}`,
      WIDTH - 2,
    ).map((line) => style.faint(`  ${line}`)),
    "",
    ...(answer.receipt
      ? [style.faint(`receipt ${answer.receipt.id} kept: the next prediction on this machine uses it`)]
      : []),
    ...nextLines(answer.next, style),
  ].join("\n");
}
