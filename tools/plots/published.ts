import { readFileSync } from "node:fs";
import { join } from "node:path";
import { serverQuestion, type ServerQuestion } from "../accuracy/speed/server/question.ts";
import { serverRow } from "../accuracy/speed/server/row.ts";
import type { MeasuredPoint } from "./plot.ts";

const FILE = join(import.meta.dirname, "../../data/truth/server-speed.jsonl");

export interface PublishedPoint extends MeasuredPoint {
  /** what the row asks, as `npm run accuracy` reads it */
  readonly question: ServerQuestion;
}

/** Curves over streams that somebody published of one model on one card: one engine, one file type, no guesses ahead. */
export function publishedCurve(wanted: {
  readonly sourceStarts: string;
  readonly engine: string;
  readonly model: string;
  readonly quant: string;
  readonly count: number;
  readonly powerLimitWatts: number;
}): PublishedPoint[] {
  const points = new Map<number, PublishedPoint>();
  for (const line of readFileSync(FILE, "utf8").split("\n")) {
    if (!line.includes(wanted.model)) continue;
    const raw: unknown = JSON.parse(line);
    if (typeof raw !== "object" || raw === null) continue;
    const row = serverRow({ ...raw });
    const { engine, model, quant, concurrency, measured, count, source, speculative } = row;
    if (engine !== wanted.engine || model !== wanted.model || quant !== wanted.quant || count !== wanted.count)
      continue;
    if (!source.startsWith(wanted.sourceStarts) || speculative || concurrency === undefined) continue;
    if (row.powerLimitWatts !== wanted.powerLimitWatts) continue;
    if (row.inputTokens !== 512 || row.outputTokens !== 256) continue;
    const outputPerSec = measured.out_tok_s;
    const msPerToken = measured.itl_p50_ms ?? measured.tpot_p50_ms ?? measured.itl_mean_ms ?? measured.tpot_mean_ms;
    const question = serverQuestion(row);
    if (outputPerSec === undefined || msPerToken === undefined || typeof question === "string") continue;
    const date = "date" in raw && typeof raw.date === "string" ? raw.date : undefined;
    points.set(concurrency, {
      from: "published",
      source,
      what: `${engine} ${quant}`,
      streams: concurrency,
      msPerToken,
      outputPerSec,
      ...(date === undefined ? {} : { date }),
      question,
    });
  }
  return [...points.values()].toSorted((one, other) => one.streams - other.streams);
}
