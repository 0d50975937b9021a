import {
  formatBytes,
  formatExactBytes,
  formatCount,
  formatDuration,
  formatFileBytes,
  formatPace,
  formatPaceBand,
  formatPercent,
  formatRate,
  formatTokens,
} from "../../../facts/units/index.ts";
import { marginWords, type DiskFacts, type FitAnswer } from "../../../plan/answer/index.ts";
import { good, type VerdictWord } from "../../../plan/fit/index.ts";
import type { Estimate } from "../../../predict/estimate/index.ts";
import type { Pace } from "../../../predict/speed/index.ts";
import { documentRows } from "./documents-text.ts";
import { elsewhereText } from "./elsewhere-text.ts";
import { arrangementsText, launchText } from "./launch-text.ts";
import { bar, columns, nextLines, WIDTH, wrap } from "./layout.ts";
import { mediaText } from "./media-text.ts";
import { speculationText } from "./speculation-text.ts";
import type { Style } from "./style.ts";
import { trainingText } from "./training-text.ts";
import { tableText } from "./table-text.ts";

/** The answer of `fit` for a terminal of 80 columns. */
export function fitText(answer: FitAnswer, style: Style): string {
  return [
    ...headText(answer, style),
    "",
    ...verdictText(answer, style),
    "",
    ...memoryText(answer, style),
    ...servingText(answer, style),
    ...settingsText(answer, style),
    "",
    ...speedText(answer, style),
    ...mediaText(answer, style),
    ...(answer.speed.speculation ? speculationText(answer.speed.speculation, style) : []),
    ...verifiedText(answer, style),
    ...(answer.training ? trainingText(answer.training, answer.rig, style) : []),
    ...wouldFitText(answer, style),
    ...(answer.table ? tableText(answer.table, style) : []),
    ...arrangementsText(answer, style),
    ...launchText(answer, style),
    ...elsewhereText(answer, style),
    ...tailText(answer, style),
  ].join("\n");
}

function headText({ model, rig, runtime, goal, disk }: FitAnswer, style: Style): string[] {
  const { cpu, ramBytes } = rig.host;
  const devices = counted(
    rig.devices.map(
      ({ name, totalBytes, node }) =>
        `${name}${totalBytes ? ` ${formatBytes(totalBytes)}` : ""}${node === undefined ? "" : ` in ${node}`}`,
    ),
  );
  const parts = [
    model.quantization,
    `${model.sizesFrom === "formula" ? "about " : ""}${formatFileBytes(model.fileBytes)}`,
    `${formatCount(model.parameters)} parameters`,
    model.architecture,
  ];
  return [
    `${style.strong(model.name)}  ${parts.join(", ")}`,
    ...wrap(
      `on ${[...devices, `${cpu.model} (${cpu.physicalCores} cores)`, `${formatBytes(ramBytes)} RAM`].join(" + ")}`,
    ),
    `with ${runtime.engine} ${runtime.version} (${runtime.version === runtime.build ? "" : `llama.cpp ${runtime.build}, `}${runtime.backend}), goal ${goal}`,
    ...(model.source === undefined ? [] : wrap(`from ${model.source}`).map(style.faint)),
    ...(disk ? diskText(disk, style) : []),
  ];
}

function diskText({ folder, freeBytes, downloadBytes }: DiskFacts, style: Style): string[] {
  const free = `${formatFileBytes(freeBytes)} free on the disk of ${folder}`;
  if (downloadBytes === undefined) return wrap(`the file is here, ${free}`).map(style.faint);
  const text = `${formatFileBytes(downloadBytes)} to download, ${free}`;
  if (downloadBytes <= freeBytes) return wrap(text).map(style.faint);
  return wrap(`${style.bad("the download does not fit the disk")}: ${text}`);
}

/** Equal ones once, with their number before them. */
function counted(texts: readonly string[]): string[] {
  return [...new Set(texts)].map((text) => {
    const count = texts.filter((other) => other === text).length;
    return count > 1 ? `${count} x ${text}` : text;
  });
}

function verdictText(answer: FitAnswer, style: Style): string[] {
  const { now, afterClosing } = answer.verdict;
  if (answer.rejected) {
    return [
      style.bad(`the engine refuses these settings: ${answer.rejected.reason}`),
      ...wrap(answer.rejected.because),
    ];
  }
  const lines = wrap(`${paint(now.verdict, style)}: ${marginWords(now)}`);
  const more = afterClosing.marginBytes - now.marginBytes;
  if (more > 0) {
    const what = afterClosing.verdict === now.verdict ? "still" : "then";
    const text = `after closing other programs, with ${formatBytes(more)} more: ${what} ${afterClosing.verdict}, ${marginWords(afterClosing)}`;
    lines.push(...wrap(text).map(style.faint));
  }
  return lines;
}

export function paint(verdict: VerdictWord, style: Style): string {
  return verdict === "fits"
    ? style.good(verdict)
    : verdict === "does not fit"
      ? style.bad(verdict)
      : style.warn(verdict);
}

/** Longest label of the memory tree before it goes on below: leaves room for the number, the bar and an interval. */
const LABEL_WIDTH = 28;

function memoryText({ memory }: FitAnswer, style: Style): string[] {
  if (!memory) return [];
  const rows: string[][] = [];
  const visit = (node: Estimate, depth: number) => {
    const interval =
      node.low === undefined ? "" : style.faint(`${formatBytes(node.low)} to ${formatBytes(node.high ?? node.value)}`);
    const indent = "  ".repeat(depth);
    const [label, ...more] = wrap(node.label, LABEL_WIDTH - indent.length);
    rows.push([
      indent + (depth < 2 ? style.strong(label!) : label!),
      formatBytes(node.value),
      bar(node.value / memory.value, 16),
      interval || style.faint(node.provenance),
    ]);
    for (const rest of more) rows.push([`${indent}  ${rest}`, "", "", ""]);
    if (depth < 2) for (const part of node.parts ?? []) if (part.value > 0) visit(part, depth + 1);
  };
  visit(memory, 0);
  return [...columns(rows, [1]), ""];
}

/** What grows later, where it may grow at all. */
function servingText({ serving }: FitAnswer, style: Style): string[] {
  const parts = (serving?.parts ?? []).filter(({ high = 0 }) => high > 0);
  if (parts.length === 0) return [];
  const rows = parts.map(({ label, high = 0, because = "" }) => [
    `  ${label}`,
    `up to ${formatBytes(high)}`,
    style.faint(because),
  ]);
  return [style.strong("RAM while it serves"), ...columns(rows), ""];
}

function settingsText({ decisions }: FitAnswer, style: Style): string[] {
  const rows = decisions.map(({ setting, value, because }) => [
    `  ${setting}`,
    setting === "context" ? formatTokens(Number(value)) : String(value),
    style.faint(because),
  ]);
  return [style.strong("settings"), ...columns(rows, [1])];
}

function speedText({ speed, coldLoad, decisions, verdict }: FitAnswer, style: Style): string[] {
  const room = verdict.now.verdict === "does not fit" ? ", if it found room" : "";
  const head = style.strong("speed") + style.faint(`  80% band${room}`);
  if (speed.documents)
    return [head, ...columns([...documentRows(speed.documents, style), ...coldRows(coldLoad, style)], [1])];
  if (!speed.decode || !speed.prefill || !speed.firstTokenMs)
    return [style.strong("speed"), `  ${speed.unknown ?? "unknown"}`];
  const row = (label: string, pace: Pace, limit = "bandwidth") => [
    `  ${label}`,
    formatPace(pace.tokensPerSec),
    formatPaceBand(pace.low, pace.high),
    style.faint(`${pace.bound}-bound, ${formatPercent(pace.shareOfLimit)} of the ${limit}, ${pace.provenance}`),
  ];
  const { firstTokenMs } = speed;
  const users = Number(decisions.find(({ setting }) => setting === "users")?.value ?? 1);
  const eachRows = (each: Pace, count: number) => [
    row(`  each of ${count}`, each),
    [
      "    together",
      formatPace(each.tokensPerSec * count),
      formatPaceBand(each.low * count, each.high * count),
      style.faint(`${count} at once, their contexts full`),
    ],
  ];
  const rows = [
    row("decode", speed.decode),
    ...(speed.decodeFull ? [row("  context full", speed.decodeFull)] : []),
    ...(speed.each ? eachRows(speed.each, users) : []),
    // a single token is computed as a decoded one is
    row("prefill", speed.prefill, speed.promptTokens === 1 ? "bandwidth" : "compute rate"),
    [
      "  first token",
      formatDuration(firstTokenMs.value),
      `${formatDuration(firstTokenMs.low)} to ${formatDuration(firstTokenMs.high)}`,
      style.faint(
        `after a prompt of ${formatTokens(speed.promptTokens)} ${speed.promptTokens === 1 ? "token" : "tokens"}, nothing cached`,
      ),
    ],
    ...(speed.cached
      ? [
          [
            "  first token",
            formatDuration(speed.cached.firstTokenMs.value),
            `${formatDuration(speed.cached.firstTokenMs.low)} to ${formatDuration(speed.cached.firstTokenMs.high)}`,
            style.faint(`${formatPercent(speed.cached.share)} of it cached`),
          ],
        ]
      : []),
    ...(speed.endMs
      ? [
          [
            "  last token",
            formatDuration(speed.endMs.value),
            `${formatDuration(speed.endMs.low)} to ${formatDuration(speed.endMs.high)}`,
            style.faint(
              `of an answer of ${formatTokens(speed.answerTokens ?? 0)} ${speed.answerTokens === 1 ? "token" : "tokens"}${speed.cached ? ", so much cached" : ""}`,
            ),
          ],
        ]
      : []),
    ...coldRows(coldLoad, style),
  ];
  return [head, ...columns(rows, [1])];
}

function coldRows(coldLoad: FitAnswer["coldLoad"], style: Style): string[][] {
  if (!coldLoad) return [];
  const { ms, bytesPerSec, source } = coldLoad;
  const how = `the file read once at ${formatRate(bytesPerSec)} (${source})`;
  return [["  cold load", formatDuration(ms), "", style.faint(how)]];
}

function verifiedText({ verified }: FitAnswer, style: Style): string[] {
  if (!verified) return [];
  const { predictedBytes, dryRunBytes, equal, note } = verified;
  const said = equal
    ? style.good(`equal to the byte: ${formatExactBytes(dryRunBytes)}`)
    : style.warn(`predicted ${formatExactBytes(predictedBytes)}, dry run ${formatExactBytes(dryRunBytes)}`);
  return [
    "",
    style.strong("verified with the engine's dry run"),
    `  ${said}`,
    ...wrap(note, WIDTH - 2).map((line) => style.faint(`  ${line}`)),
  ];
}

function wouldFitText({ wouldFit, verdict: now }: FitAnswer, style: Style): string[] {
  if (wouldFit.length === 0) return [];
  const rows = wouldFit.map(({ change, flags, verdict, savedBytes, decodePerSec }) => [
    `  ${paint(verdict, style)}`,
    decodePerSec === undefined ? "" : formatPace(decodePerSec),
    [change, ...details(savedBytes, flags).map(style.faint)].join(", "),
  ]);
  const fits = good(now.now.verdict);
  const head = !fits && wouldFit.some(({ verdict }) => good(verdict)) ? "what would make it fit" : "what would help";
  return ["", style.strong(head), ...columns(rows, [1])];
}

function details(savedBytes: number, flags: string): string[] {
  return [savedBytes > 0 ? `saves ${formatBytes(savedBytes)}` : "", flags].filter(Boolean);
}

function tailText(answer: FitAnswer, style: Style): string[] {
  const longest = answer.longestContext;
  return [
    "",
    ...(longest === undefined
      ? []
      : wrap(
          `longest ${answer.speed.documents ? "text" : "context"} that fits with these settings: ${formatTokens(longest)}${answer.speed.documents ? "" : " per user"}` +
            (longest === answer.model.contextLength ? ", all the model was trained for" : ""),
        ).map(style.faint)),
    ...(answer.mostUsers === undefined
      ? []
      : wrap(`most users that fit with these settings: ${answer.mostUsers}, each with its own context`).map(
          style.faint,
        )),
    ...answer.assumptions.flatMap((text) => wrap(`assumed: ${text}`)).map(style.faint),
    ...nextLines(answer.next, style),
  ];
}
