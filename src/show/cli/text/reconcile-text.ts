import { printMiB } from "../../../facts/runtime/index.ts";
import { formatTokens } from "../../../facts/units/index.ts";
import type { ReconcileAnswer } from "../../../plan/answer/index.ts";
import { columns, wrap } from "./layout.ts";
import type { Style } from "./style.ts";

/** What a log says, beside what is predicted, and what to change. */
export function reconcileText(answer: ReconcileAnswer, style: Style): string {
  return [
    ...headLines(answer, style),
    "",
    ...termLines(answer, style),
    ...listed("the log does not say", answer.missing, style),
    ...adviceLines(answer, style),
  ].join("\n");
}

function headLines({ engine, model, settings }: ReconcileAnswer, style: Style): string[] {
  const name = model["name"] ?? model["arch"] ?? "a model the log does not name";
  const build = engine.build ?? engine.version;
  const said = (key: string, words: string): string[] => {
    const value = settings[key];
    return value === null || value === undefined ? [] : [`${words} ${String(value)}`];
  };
  const context = settings["n_ctx"];
  const settingsLine = [
    ...(typeof context === "number" ? [`context ${formatTokens(context)}`] : []),
    ...said("n_seq_max", "sequences"),
    ...said("n_batch", "batch"),
    ...said("n_ubatch", "micro-batch"),
    ...(settings["flash_attn"] === null ? [] : [`flash attention ${onOff(settings["flash_attn"])}`]),
    ...(settings["type_k"] === null ? [] : [`kv ${String(settings["type_k"])}/${String(settings["type_v"])}`]),
    ...said("offloaded", "layers on devices"),
  ].join(", ");
  const fileType = model["file_type"];
  return [
    ...wrap(`${style.strong(String(name))}${fileType === null ? "" : `  ${String(fileType)}`}`),
    ...wrap(`${engine.program}${build === undefined ? "" : ` ${build}`}, ${engine.backend}`),
    ...(settingsLine === "" ? [] : wrap(settingsLine)),
    ...(engine.predictedFor === undefined
      ? []
      : wrap(`predicted for ${engine.predictedFor.label}, ${engine.predictedFor.because}`).map(style.faint)),
  ];
}

function onOff(value: unknown): string {
  if (typeof value === "boolean") return value ? "on" : "off";
  return String(value);
}

function termLines(answer: ReconcileAnswer, style: Style): string[] {
  if (answer.terms.length === 0) return ["no figure of memory is in this log"];
  const rows = answer.terms.map(({ what, lines, printedBytes, predictedBytes, residualBytes, missing }) => [
    named(what, lines),
    printMiB(printedBytes, 2),
    predictedBytes === undefined ? "" : printMiB(predictedBytes, 2),
    missing === undefined ? residual(residualBytes ?? 0, style) : style.faint(`not predicted: ${missing}`),
  ]);
  const { equal, off, notPredicted } = answer;
  const counts = [
    `${equal} as predicted at every digit printed`,
    ...(off > 0 ? [`${off} off`] : []),
    ...(notPredicted > 0 ? [`${notPredicted} not predicted`] : []),
  ].join(", ");
  return [...columns([["MiB", "printed", "predicted", ""].map(style.faint), ...rows], [1, 2]), "", counts];
}

const WIDEST_NAME = 32;

/** The lines that a sum adds up, where they are few. */
function named(what: string, lines: ReconcileAnswer["terms"][number]["lines"]): string {
  const labels = Object.keys(lines ?? {}).join(" + ");
  const name = `${what.split(",")[0]}, ${labels}`;
  return labels === "" || name.length > WIDEST_NAME ? what : name;
}

function residual(bytes: number, style: Style): string {
  if (bytes === 0) return style.good("equal");
  return style.warn(`off by ${bytes < 0 ? "-" : "+"}${printMiB(Math.abs(bytes), 2)}`);
}

function listed(title: string, lines: readonly string[], style: Style): string[] {
  if (lines.length === 0) return [];
  return ["", style.faint(title), ...lines.flatMap((line) => wrap(line, 78).map((part) => `  ${part}`))];
}

function adviceLines({ advice }: ReconcileAnswer, style: Style): string[] {
  if (advice.length === 0) return [];
  return [
    "",
    style.faint("what to change"),
    ...advice.flatMap(({ says, change }) => [
      ...wrap(says, 78).map((part) => `  ${part}`),
      ...wrap(change, 76).map((part) => `    ${style.strong(part)}`),
    ]),
  ];
}
