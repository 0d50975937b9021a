import { formatBytes, formatCount, formatTokens } from "../../../facts/units/index.ts";
import type { QuantsAnswer } from "../../../plan/answer/index.ts";
import { columns, nextLines, WIDTH, wrap } from "./layout.ts";
import { programsText } from "./programs-text.ts";
import { kernelLetters } from "./quants-kernels.ts";
import { fileTypeRows, serverRows } from "./quants-tables.ts";
import type { Style } from "./style.ts";

/** Which quantization to take and why, then every one that runs here; without `all` those that publishers usually offer. */
export function quantsText(answer: QuantsAnswer, style: Style, all: boolean): string {
  const { model, rig, goal, choices, next, assumptions, unknown } = answer;
  const devices = rig.devices.map(({ name, totalBytes = 0 }) => `${name} ${formatBytes(totalBytes)}`);
  const where = [...devices, `${formatBytes(rig.host.ramBytes)} RAM`].join(" + ");
  const shown = { ...answer, rows: answer.rows.filter((row) => all || row.usual || isChosen(answer, row.scheme)) };
  const letters = kernelLetters(shown.rows);
  const hidden = answer.rows.length - shown.rows.length;
  return [
    ...wrap(`${style.strong(model.name)} (${formatCount(model.parameters)}) on ${where}, goal ${goal}`),
    "",
    ...(choices.length === 0 ? ["nothing that is offered here fits"] : taken(answer, style)),
    ...fileTypeRows(shown, letters, style),
    ...serverRows(shown, letters, style),
    ...(hidden > 0 ? [style.faint(`${hidden} more: --all`)] : []),
    ...letters.legend(style),
    ...notHere(answer, style, all),
    ...warned(answer, style),
    ...(all ? caches(answer, style) : []),
    "",
    ...programsText(answer.runtimes, style),
    ...measured(answer, style),
    "",
    ...unknown.flatMap((text) => bullet("not known", text)),
    ...assumptions.flatMap((text) => bullet("assumed", text)).map(style.faint),
    ...nextLines(next, style),
  ].join("\n");
}

function isChosen({ choices }: QuantsAnswer, scheme: string): boolean {
  return choices.some((choice) => choice.scheme === scheme);
}

function taken({ choices, rows, runtimes }: QuantsAnswer, style: Style): string[] {
  return choices.flatMap(({ for: whom, scheme, runtime, because }) => {
    const title = rows.find((row) => row.scheme === scheme)?.title ?? scheme;
    const program = runtimes.find((one) => one.runtime === runtime)?.title ?? runtime;
    return [
      ...wrap(`${style.strong(`take ${title}`)} with ${program} for ${whom}:`),
      ...because.flatMap((text) => columns([["  -", text]], [], WIDTH)),
    ];
  });
}

function notHere({ notHere: absent }: QuantsAnswer, style: Style, all: boolean): string[] {
  const byReason = new Map<string, string[]>();
  for (const { title, why } of absent) byReason.set(why, [...(byReason.get(why) ?? []), title]);
  const lines = [...byReason].map(([why, titles]) => ["  " + (all ? titles.join("; ") : String(titles.length)), why]);
  if (lines.length === 0) return [];
  if (!all) return wrap(`${absent.length} schemes are not offered here (--all says why)`).map(style.faint);
  return [
    "",
    style.strong("not offered here"),
    ...lines.flatMap(([titles, why]) => bulletWrapped(`${titles}: ${why}`)),
  ];
}

function warned({ warnings, goal }: QuantsAnswer, style: Style): string[] {
  if (warnings.length === 0) return [];
  return [
    "",
    style.strong(
      `where a loss shows first${goal === "finetune" ? " (test the tuned model as it will be served)" : ""}`,
    ),
    ...columns(
      warnings.map(({ id, belowBits, says, evidence, source, date }) => [
        `  ${style.warn(id)}`,
        `below ${belowBits} bits: ${says}; ${evidence} ${style.faint(`(${source}, ${date})`)}`,
      ]),
    ),
  ];
}

function caches({ caches: findings }: QuantsAnswer, style: Style): string[] {
  return [
    "",
    style.strong("caches in fewer bits, measured on other models"),
    ...columns(
      findings.map(({ cache, model, says, source, date }) => [
        `  ${cache}`,
        `${model}: ${says} ${style.faint(`(${source}, ${date})`)}`,
      ]),
    ),
  ];
}

function measured({ studies, rows }: QuantsAnswer, style: Style): string[] {
  if (studies.length === 0) return [];
  const relatives = new Set(rows.flatMap(({ quality }) => (quality.of === "its family" ? [quality.study] : [])));
  return [
    "",
    style.strong("losses, as measured"),
    ...studies.flatMap(({ id, measured: name, on, source, date, dated, note }) => {
      const when = dated === "published" ? date : `read ${date}`;
      const mark = relatives.has(id) ? "* another model: " : "";
      return bulletWrapped(`${mark}${name}, ${on}: ${source}, ${when}${note === undefined ? "" : `; ${note}`}`);
    }),
    ...uploaders(rows).map(style.faint),
    style.faint("  KL values of different studies are not comparable"),
  ];
}

/** Figures that are of single uploaders' files, not of the recipe's. */
function uploaders(rows: QuantsAnswer["rows"]): string[] {
  const named = rows.flatMap(({ title, quality: { figures } }) =>
    figures[0]?.variant === undefined ? [] : [`${title} ${figures[0].variant}`],
  );
  return named.length === 0 ? [] : bulletWrapped(`files measured: ${named.join(", ")}`);
}

function bullet(label: string, text: string): string[] {
  return wrap(`${label}: ${text}`);
}

function bulletWrapped(text: string): string[] {
  const indent = "  ";
  return wrap(text.trimStart(), WIDTH - indent.length).map((line, index) => (index === 0 ? indent : indent) + line);
}

/** Context that the table is for. */
export function contextSays(context: number, users: number): string {
  return `${formatTokens(context)} of context for ${users} ${users === 1 ? "user" : "users"}`;
}
