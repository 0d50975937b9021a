import {
  formatBytes,
  formatDuration,
  formatExactBytes,
  formatFileBytes,
  formatNumber,
  formatRate,
  formatWhole,
} from "../../../facts/units/index.ts";
import { fitSentence, type FitAnswer } from "../../../plan/answer/index.ts";
import { good, type PlaceBalance } from "../../../plan/fit/index.ts";
import { constantsText } from "./explain-constants.ts";
import { speedText } from "./explain-speed.ts";
import { explainTraining } from "./training-text.ts";
import { hanging, treeLines } from "./explain-tree.ts";
import { explainMedia } from "./media-text.ts";
import { nextLines, wrap } from "./layout.ts";
import { programsText } from "./programs-text.ts";
import type { Style } from "./style.ts";

/** Every number of a fit as arithmetic that a person can redo, and where each constant comes from. */
export function explainText(answer: FitAnswer, style: Style): string {
  const { name, source } = answer.model;
  const from = source === undefined ? [] : wrap(`from ${source}`).map(style.faint);
  return [
    style.strong(`${name}: how each number comes about`),
    ...from,
    "",
    ...wrap(fitSentence(answer)),
    "",
    ...weightsText(answer, style),
    "",
    ...(answer.memory ? treeLines(answer.memory, style) : []),
    ...(answer.rejected ? [style.bad(answer.rejected.reason), ...wrap(answer.rejected.because)] : []),
    "",
    ...(answer.serving ? [...treeLines(answer.serving, style), ""] : []),
    ...roomText(answer, style),
    "",
    ...speedText(answer, style),
    ...explainMedia(answer, style),
    ...coldLoadText(answer, style),
    "",
    ...(answer.training ? [...explainTraining(answer.training, style), ""] : []),
    ...constants(answer, style),
    style.strong("choices"),
    ...answer.decisions.flatMap(({ setting, value, because }) => hanging(`${setting} = ${value}: ${because}`, "  ")),
    "",
    ...(answer.programs ? [...programsText(answer.programs, style), ""] : []),
    ...answer.assumptions.flatMap((text) => wrap(`assumed: ${text}`)).map(style.faint),
    ...nextLines(answer.next, style),
  ].join("\n");
}

function constants(answer: FitAnswer, style: Style): string[] {
  const lines = constantsText(answer, style);
  return lines.length === 0 ? [] : [...lines, ""];
}

/** What the bits of the first sentence are made of. */
function weightsText({ model }: FitAnswer, style: Style): string[] {
  const bits = formatNumber((8 * model.fileBytes) / model.parameters);
  const how =
    model.sizesFrom === "formula"
      ? "by the recipe of the file type, without a header"
      : "all files, with their headers";
  return [
    ...hanging(
      `${style.strong("bits per weight")}: ${bits} bits ${style.faint(`(${model.sizesFrom ?? "header"})`)}`,
      "",
    ),
    ...hanging(`= ${formatWhole(model.fileBytes)} x 8 bits / ${formatWhole(model.parameters)} weights`, "  ").map(
      style.faint,
    ),
    ...hanging(`${model.quantization}, ${how}`, "  ").map(style.faint),
  ];
}

/** Before anything is answered the file is read once. */
function coldLoadText({ coldLoad, model }: FitAnswer, style: Style): string[] {
  if (coldLoad === undefined) return [];
  return [
    ...hanging(`cold load: ${formatDuration(coldLoad.ms)}`, "  "),
    ...hanging(`= ${formatFileBytes(model.fileBytes)} / ${formatRate(coldLoad.bytesPerSec)}`, "    ").map(style.faint),
    ...hanging(coldLoad.source, "    ").map(style.faint),
  ];
}

function roomText({ verdict }: FitAnswer, style: Style): string[] {
  if (verdict.now.places.length === 0) return [];
  return [
    `${style.strong("room")}: ${verdict.now.verdict}`,
    ...verdict.now.places.flatMap((place) => [
      ...hanging(
        `${place.label}: ${formatBytes(Math.abs(place.margin))} = ${formatExactBytes(Math.abs(place.margin))} ${place.margin >= 0 ? "to spare" : good(place.verdict) ? "of pages that are dropped and not read again" : "short"}`,
        "  ",
      ),
      ...hanging(
        place.margin < 0
          ? `= ${formatExactBytes(place.need)} - ${formatExactBytes(place.have)}`
          : `= ${formatExactBytes(place.have)} - ${formatExactBytes(place.need)}`,
        "    ",
      ).map(style.faint),
      ...hanging(haveText(place), "    ").map(style.faint),
    ]),
  ];
}

function haveText({ whole, mapped }: PlaceBalance): string {
  const what = whole ? "all there is, and what is in use already is part of the need" : "what was free when asked";
  return mapped > 0 ? `${what}; weights mapped from the file may be dropped and read again` : what;
}
