import { formatFileBytes, formatNumber, formatPace, formatTokens } from "../../facts/units/index.ts";
import type { QuantRow } from "../../plan/advise/index.ts";
import type { QuantsAnswer } from "../../plan/answer/index.ts";
import { stackedBars, type Bar, type Part } from "../charts/index.ts";
import { paint, type Theme } from "../svg/index.ts";
import { sourceOf } from "./source.ts";
import { linearAxis } from "./ticks.ts";

const GB = 1e9;
const VERDICTS: readonly Part[] = [
  { key: "fits", label: "fits", colour: paint("s1") },
  { key: "tight", label: "tight", colour: paint("s6") },
  { key: "no", label: "does not fit whole", colour: paint("axis") },
];

/** The usual file types of a model, largest first: size, whether it fits, pace. */
export function quantChart(answer: QuantsAnswer, theme: Theme = "auto"): string | undefined {
  const rows = answer.rows
    .filter(({ kind, usual }) => kind === "gguf" && usual)
    .toSorted((one, other) => other.bytes - one.bytes);
  if (rows.length === 0) return undefined;
  const taken = answer.choices.find(({ runtime }) => runtime === "llama.cpp");
  const bars = rows.map((row): Bar => ({
    label: row.scheme,
    note: row.scheme === taken?.scheme ? "to take" : `${formatNumber(row.bitsPerWeight)} bits`,
    values: { [verdictOf(row)]: row.bytes / GB },
    end: [formatFileBytes(row.bytes), ...(row.decode ? [formatPace(row.decode.tokensPerSec)] : [])].join(" · "),
  }));
  const parts = VERDICTS.filter(({ key }) => rows.some((row) => verdictOf(row) === key));
  const context = rows.flatMap(({ memory }) => (memory?.kind === "predicted" ? [memory] : []))[0];
  const text = {
    title: taken ? `Take ${taken.scheme} for ${taken.for}` : `No usual file type of ${answer.model.name} fits whole`,
    subtitle: `Weights of ${answer.model.name} by file type, GB, with decoding pace${context ? `; with ${formatTokens(context.context)} of context for ${context.users} ${context.users === 1 ? "user" : "users"}` : ""}`,
    description: "Horizontal bars of the size of each usual file type, largest first, coloured by whether it fits.",
    ...sourceOf([answer.runtime]),
    table: {
      columns: ["file type", "size", "bits a weight", "fits", "decode", "prefill"],
      rows: rows.map((row) => [
        row.scheme,
        formatFileBytes(row.bytes),
        formatNumber(row.bitsPerWeight),
        row.memory?.verdict ?? "-",
        row.decode ? formatPace(row.decode.tokensPerSec) : "-",
        row.prefill ? formatPace(row.prefill.tokensPerSec) : "-",
      ]),
    },
  };
  const axis = {
    label: "GB",
    ...linearAxis(Math.max(...rows.map(({ bytes }) => bytes)) / GB),
    format: (value: number) => formatNumber(value),
  };
  return stackedBars({ text, parts, bars, capacities: [], axis }, theme);
}

function verdictOf({ memory }: QuantRow): string {
  if (memory?.kind !== "predicted") return "no";
  return memory.verdict === "fits" || memory.verdict === "tight" ? memory.verdict : "no";
}
