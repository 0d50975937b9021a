import {
  formatBytes,
  formatNumber,
  formatPace,
  formatPaceBand,
  formatRate,
  formatTokens,
} from "../../../facts/units/index.ts";
import type { CardRow, CardsAnswer } from "../../../plan/answer/index.ts";
import { paint } from "./fit-text.ts";
import { columns, nextLines, WIDTH, wrap } from "./layout.ts";
import type { Style } from "./style.ts";

/** Devices for a model, a line each, the checks of the best (or of all that were named), and the smallest that is enough. */
export function cardsText(answer: CardsAnswer, style: Style, chosen: boolean): string {
  const { model, users, context, counts, rows, behind, leftOut, tooSmall } = answer;
  const each = `${users > 1 ? `${users} x ` : ""}${formatTokens(context)} of context`;
  const told = chosen ? [...rows, ...behind, ...leftOut] : (rows.length > 0 ? rows : behind).slice(0, 1);
  return [
    ...wrap(
      `${style.strong("which device")} for ${model.name} ${model.quantization}, ${formatBytes(model.fileBytes)} of weights, ${each}, goal ${answer.goal}`,
    ),
    "",
    ...table(answer, style),
    ...wrap(
      `${counts.fit} of ${counts.devices} devices hold it, alone or as two; ${counts.offload} more with the CPU's help; ` +
        `${counts.tooSmall} are too small; ${counts.leftOut} are left out by a check`,
    ).map(style.faint),
    ...comparison(answer),
    ...(chosen || rows.length + behind.length === 0 ? tooSmall.flatMap(shortLines) : []),
    ...told.flatMap((row) => ["", ...checkLines(row, style)]),
    ...(chosen ? [] : leftOutLines(leftOut, style)),
    "",
    ...smallestLines(answer, style),
    "",
    ...answer.because.flatMap((text, index) => wrap(`${index === 0 ? "ranked by:" : "then"} ${text}`)).map(style.faint),
    ...answer.assumptions.flatMap((text) => wrap(`assumed: ${text}`)).map(style.faint),
    ...nextLines(answer.next, style),
  ].join("\n");
}

/** Longest name in the table: leaves room for the columns behind it. */
const NAME_WIDTH = 31;
/** ... and a price */
const NAME_BESIDE_PRICE = 25;

function table(answer: CardsAnswer, style: Style): string[] {
  const { rows, behind, users } = answer;
  if (rows.length + behind.length === 0) return ["no device holds it and passes the checks", ""];
  const priced = [...rows, ...behind].some(({ price }) => price !== undefined);
  const head = [
    "",
    "memory",
    "bandwidth",
    "",
    "alone",
    users > 1 ? "each" : "full",
    "load",
    ...(priced ? ["price"] : []),
  ].map(style.faint);
  const line = (row: CardRow) => [
    named(row, priced ? NAME_BESIDE_PRICE : NAME_WIDTH),
    `${formatNumber((row.memoryBytes * row.count) / 2 ** 30)} GB`,
    row.bandwidthBytesPerSec === undefined ? "?" : formatRate(row.bandwidthBytesPerSec),
    row.onCpu === undefined ? paint(row.verdict, style) : style.faint(`${row.onCpu.count} on CPU`),
    row.decode === undefined ? "?" : formatNumber(row.decode.tokensPerSec),
    row.each === undefined ? "?" : formatNumber(row.each.tokensPerSec),
    load(row),
    ...(priced ? [row.price === undefined ? "?" : formatNumber(row.price.amount * row.count)] : []),
  ];
  const full = users > 1 ? `each: of each of ${users} with full contexts` : "full: with a full context";
  const said = `alone: tok/s of one user, empty context; ${full}`;
  // machines stand behind cards in a block of their own where a computer was described
  const at = apart(answer) ? rows.findIndex(({ whole }) => whole) : -1;
  const machines = rows.map(line);
  if (at > 0) machines.splice(at, 0, [style.faint("machines bought whole")]);
  const helped = behind.map(line);
  if (at > 0 && helped.length > 0) helped.unshift([style.faint("with the CPU's help")]);
  const lines = [...machines, ...helped];
  return [
    ...columns([head, ...lines], [1, 2, 4, 5, 6, 7]),
    ...wrap(`${said}${behind.length > 0 ? "; on CPU: layers, or layers' experts, left there" : ""}`).map(style.faint),
  ];
}

function apart({ limits }: CardsAnswer): boolean {
  return limits.supply !== undefined || limits.lengthMm !== undefined || limits.slots !== undefined;
}

/** With a question mark where it rests on an estimate. */
function load({ loadWatts, checks }: CardRow): string {
  if (loadWatts === undefined) return "?";
  const estimate = checks.some(({ key, recalled }) => key === "heat" && recalled);
  return `${formatNumber(loadWatts)} W${estimate ? "?" : ""}`;
}

function named(row: Pick<CardRow, "name" | "count">, width = NAME_WIDTH): string {
  const text = times(row) + row.name;
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

/** The slowest memory shown that fits against the fastest that does not. */
function comparison({ rows }: CardsAnswer): string[] {
  const row = rows.findLast(({ because }) => because !== undefined);
  return row === undefined ? [] : ["", ...wrap(`${times(row)}${row.name} ${row.because}`)];
}

const SIGNS: Readonly<Record<CardRow["checks"][number]["verdict"], string>> = {
  passes: "ok",
  fails: "FAILS",
  unknown: "unknown",
  mind: "mind",
};

function checkLines(row: CardRow, style: Style): string[] {
  // of a machine bought whole many say the same
  const told = row.checks.filter(({ because }, at) => row.checks.findIndex((each) => each.because === because) === at);
  const many = (because: string) => row.checks.filter((each) => each.because === because).length > 1;
  const lines = told.map(({ key, verdict, because, recalled }) => [
    `  ${many(because) ? `${key}, size` : key}`,
    verdict === "fails"
      ? style.bad(SIGNS[verdict])
      : verdict === "passes"
        ? style.good(SIGNS[verdict])
        : SIGNS[verdict],
    because + (recalled ? " (recalled)" : ""),
  ]);
  return [...wrap(`${style.strong(times(row) + row.name)}, ${pacesOf(row)}`), ...columns(lines)];
}

function shortLines(row: CardRow): string[] {
  return wrap(
    `${times(row)}${row.name} is too small: ${formatBytes(-row.marginBytes)} short, and no part on the CPU helps`,
  );
}

function pacesOf({ decode, prefill, verdict, marginBytes, onCpu }: CardRow): string {
  const room =
    onCpu === undefined
      ? `${verdict}, ${formatBytes(Math.abs(marginBytes))} ${marginBytes < 0 ? "short" : "left"}`
      : `${onCpu.count} ${onCpu.kind === "layers" ? "layers" : "layers' experts"} on the CPU`;
  const pace = decode === undefined ? "no pace is claimed" : formatPaceBand(decode.low, decode.high);
  return `${room}; ${pace}${prefill ? `, prompts ${formatPace(prefill.tokensPerSec)}` : ""}`;
}

function leftOutLines(leftOut: readonly CardRow[], style: Style): string[] {
  if (leftOut.length === 0) return [];
  const lines = leftOut.map((row) => {
    const reasons = row.checks.filter(({ verdict, asked }) => verdict === "fails" || (asked && verdict !== "passes"));
    const [first] = reasons;
    return [`  ${named(row)}`, first === undefined ? "" : `${first.key}: ${first.because}`];
  });
  return ["", style.strong("left out"), ...columns(lines)];
}

function smallestLines({ smallest, users }: CardsAnswer, style: Style): string[] {
  const { by, pace, sure, likely, fastest, unknown } = smallest;
  const whose = users > 1 ? `each of ${users} users` : "one user";
  const wanted = pace > 0 ? ` with ${formatPace(pace)} for ${whose}, context full` : "";
  return [
    ...wrap(`${style.strong("smallest")} by ${by}${wanted}: ${sure ? sized(sure) : "none that passes is sure to"}`),
    ...(likely ? beneath(`smaller, and likely enough: ${sized(likely)}`) : []),
    ...(fastest ? beneath(`the fastest that holds it: ${sized(fastest)}`) : []),
    ...(unknown > 0
      ? beneath(
          `${unknown} device${unknown === 1 ? " has" : "s have"} no known ${by}, and ${unknown === 1 ? "was" : "were"} not looked at`,
        ).map(style.faint)
      : []),
  ];
}

function beneath(text: string): string[] {
  return wrap(text, WIDTH - 2).map((line) => `  ${line}`);
}

/** "2 x RTX 3060 (24 GB, 565 W under load, 500 EUR): 12 to 19 tok/s". */
function sized(row: CardRow): string {
  const { price, each } = row;
  const facts = [
    `${formatNumber((row.memoryBytes * row.count) / 2 ** 30)} GB`,
    ...(row.loadWatts === undefined ? [] : [`${load(row)} under load`]),
    ...(price ? [[formatNumber(price.amount * row.count), price.currency ?? ""].join(" ").trim()] : []),
  ];
  const band = each ? `: ${formatPaceBand(each.low, each.high)} each` : "";
  return `${times(row)}${row.name} (${facts.join(", ")})${band}`;
}

function times({ count }: Pick<CardRow, "count">): string {
  return count === 1 ? "" : "2 x ";
}
