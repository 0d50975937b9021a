import { formatBytes, formatFileBytes, formatNumber, formatPercent } from "../../../facts/units/index.ts";
import type { QuantRow } from "../../../plan/advise/index.ts";
import type { QuantsAnswer } from "../../../plan/answer/index.ts";
import { columns, WIDTH, wrap } from "./layout.ts";
import type { KernelLetters } from "./quants-kernels.ts";
import { contextSays } from "./quants-text.ts";
import type { Style } from "./style.ts";

const SIGNS = { fits: "+", tight: "~", "runs from disk": "disk", "does not fit": "-" } as const;
/** What marks a figure of another model. */
const RELATIVE = "*";

/** File types of GGUF: size, fit, speed, published loss. */
export function fileTypeRows({ rows }: QuantsAnswer, letters: KernelLetters, style: Style): string[] {
  const files = rows.filter(({ kind }) => kind === "gguf");
  if (files.length === 0) return [];
  const memory = files.map((row) => row.memory).find((one) => one?.kind === "predicted");
  const sized = memory?.kind === "predicted" ? `, with ${contextSays(memory.context, memory.users)}` : "";
  const head = ["  file type", "size", "bits", "fit", "tok/s", "prompt", "KL", "same", "ppl", ""].map(style.faint);
  const lines = files.map((row) => [
    `  ${row.title}`,
    formatFileBytes(row.bytes),
    formatNumber(row.bitsPerWeight),
    fitSays(row),
    row.decode === undefined ? "-" : formatNumber(row.decode.tokensPerSec),
    row.prefill === undefined ? "-" : formatNumber(row.prefill.tokensPerSec),
    ...lossSays(row),
    letters.of(row),
  ]);
  const layers = files.some(({ memory: one }) => one?.kind === "predicted" && one.offloaded !== undefined);
  return [
    "",
    style.strong(`GGUF file types${sized}`),
    ...columns([head, ...lines], [1, 2, 4, 5, 6, 7, 8]),
    style.faint("  + fits, ~ tight, - not whole" + (layers ? "; in brackets the layers on the device" : "")),
    ...wrap(`KL: mean divergence; same: likeliest token unchanged; ppl: perplexity${starSays(files)}`, WIDTH - 2).map(
      (line) => style.faint(`  ${line}`),
    ),
  ];
}

/** The other schemes: weights alone. */
export function serverRows({ rows }: QuantsAnswer, letters: KernelLetters, style: Style): string[] {
  const others = rows.filter(({ kind }) => kind !== "gguf");
  if (others.length === 0) return [];
  const head = ["  scheme", "weights", "bits", "in 16 bit", "leaves", "KL", ""].map(style.faint);
  const lines = others.map((row) => [
    `  ${row.title}`,
    formatFileBytes(row.bytes),
    formatNumber(row.bitsPerWeight),
    formatFileBytes(row.left.reduce((sum, { bytes }) => sum + bytes, 0)),
    row.memory?.kind === "weights alone" ? leaves(row.memory.leftBytes) : "",
    lossSays(row)[0],
    letters.of(row),
  ]);
  const said = new Map(
    others.flatMap(({ quality: { says, source, date } }) => (says ? [[says, `${source}, ${date}`]] : [])),
  );
  const schemesOf = (says: string) =>
    others.filter((row) => row.quality.says === says).map(({ title }) => shortTitle(title));
  const published = others.flatMap(({ published: one }) => (one === undefined ? [] : [one]));
  return [
    "",
    style.strong("other schemes: their weights alone, speed not predicted yet"),
    ...columns([head, ...lines], [1, 2, 3, 4, 5]),
    ...[...said].flatMap(([says, source]) =>
      wrap(`${[...new Set(schemesOf(says))].join(", ")}: ${says} (${source})`, WIDTH - 2).map((line) => `  ${line}`),
    ),
    ...published.map(({ repository, gigabytes }) =>
      style.faint(
        `  ${repository}: ${gigabytes === undefined ? "size in its header" : formatFileBytes(gigabytes * 1e9)}`,
      ),
    ),
  ];
}

/** Without what tells two of a kind apart: "AWQ 4-bit, groups of 128" is AWQ. */
function shortTitle(title: string): string {
  return title.replace(/[,(].*$/, "").trim();
}

function leaves(bytes: number): string {
  return bytes < 0 ? `${formatBytes(-bytes)} short` : formatBytes(bytes);
}

function fitSays({ memory }: QuantRow): string {
  if (memory?.kind !== "predicted") return "?";
  const sign = SIGNS[memory.verdict];
  return memory.offloaded !== undefined && memory.offloaded !== "does not fit" && memory.gpuLayers !== 0
    ? `${sign} (${memory.gpuLayers})`
    : sign;
}

/** KL, same token, perplexity; a dash where it was not measured. */
function lossSays({ quality }: QuantRow): [string, string, string] {
  const [figure] = quality.figures;
  const mark = quality.of === "its family" ? RELATIVE : "";
  const kl = figure?.divergence === undefined ? "-" : formatNumber(figure.divergence) + mark;
  const same = figure?.sameTop === undefined ? "-" : formatPercent(figure.sameTop) + mark;
  const rise = quality.perplexityRise === undefined ? "-" : formatPercent(quality.perplexityRise, true) + mark;
  return [kl, same, rise];
}

function starSays(rows: readonly QuantRow[]): string {
  return rows.some(({ quality }) => quality.of === "its family") ? "; * of its family" : "";
}
