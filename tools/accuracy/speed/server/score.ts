import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { serverRates, type ServerRates, streamsAt, VLLM } from "../../../../src/predict/serving/index.ts";
import { type Lookup, overTokens } from "../../../../src/predict/speed/index.ts";
import type { Fields } from "../../fields.ts";
import type { RowTerm } from "../../score.ts";
import { serverCase } from "./case.ts";
import { serverQuestion, type ServerQuestion } from "./question.ts";
import { type ServerRow, serverRow } from "./row.ts";
import { speculationOf } from "./speculation.ts";

/** A row of server-speed*.jsonl: every figure of it that is predicted, or why none is. */
export function scoreServerSpeed(fields: Fields): RowTerm[] {
  const row = serverRow(fields.raw());
  const group = groupOf(row);
  const entries = Object.entries(row.measured);
  const refuse = (refused: string): RowTerm[] =>
    entries.map(([term, truth]) => ({ term, truth, predicted: null, refused, group }));
  const question = serverQuestion(row);
  if (typeof question === "string") return refuse(question);
  const loaded = withStreams(row, question);
  const fold = serverCase(row)?.format;
  const rates = serverRates(loaded.model.load, loaded.model.width, loaded.cards, loaded.requests, {
    replicas: loaded.replicas,
    log: fold === undefined ? VLLM : foldLog(fold),
    ...(fold === undefined ? { spread: spreadOf(row) } : {}),
    ...speculationOf(row, loaded.model),
  });
  return entries.map(([term, truth]): RowTerm => {
    if (row.speculative && term.startsWith("itl"))
      return { term, truth, predicted: null, refused: "guessed tokens come several at a time", group };
    const predicted = figure(term, term === "prefill_tok_s" ? promptRates(loaded, row) : rates, loaded);
    if (predicted === undefined)
      return { term, truth, predicted: null, refused: "only predicted for one stream", group };
    return { term, truth, predicted: predicted[1], low: predicted[0], high: predicted[2], refused: null, group };
  });
}

/** Streams in flight where the row states a rate of arrival, or nothing because it is at full load. */
function withStreams(row: ServerRow, question: ServerQuestion): ServerQuestion {
  const { model, cards, requests, replicas, memoryBytes } = question;
  const slots = row.engine.startsWith("llama.cpp") ? LLAMACPP_SLOTS : MOST_STREAMS;
  // engines that lay layers over cards work with one card at a time
  const layered = /llama\.cpp|exllama/.test(row.engine);
  const laid = layered ? { ...cards, tensorParallel: 1, pipelineParallel: 1 } : cards;
  if (row.concurrency !== undefined) {
    const streams = layered ? Math.min(row.concurrency, slots) : row.concurrency;
    return { ...question, cards: laid, replicas: layered ? 1 : replicas, requests: { ...requests, streams } };
  }
  const { load, width } = model;
  const free =
    memoryBytes * cards.tensorParallel * (cards.pipelineParallel ?? 1) * MEMORY_SHARE -
    load.denseBytes -
    load.expertBytes;
  const each = overTokens(load, requests.inputTokens + requests.outputTokens * 0.6, "bytesPerToken") + load.stateBytes;
  const most = Math.max(1, Math.min(MOST_STREAMS, free / each));
  const streams =
    row.requestRate === undefined
      ? most * replicas
      : streamsAt(row.requestRate / replicas, load, width, cards, requests, { most }) * replicas;
  return { ...question, requests: { ...requests, streams } };
}

const LLAMACPP_SLOTS = 8;
const MOST_STREAMS = 512;
const MEMORY_SHARE = 0.9;

/** Half-widths off the rig that the coefficients rest on: other cards, other engines, full load with a batch that is guessed. */
function spreadOf(row: ServerRow): number {
  if (row.engine !== "vllm" || row.inputTokens === undefined || row.outputTokens === undefined) return 0.9;
  return row.concurrency === undefined && row.requestRate === undefined ? 0.8 : 0.5;
}

/** [low, value, high] of a measured field. */
function figure(term: string, rates: ServerRates, { requests }: ServerQuestion): readonly [number, number, number] {
  const { outputTokensPerSec: out, timePerTokenSeconds: step, firstTokenSeconds: first } = rates;
  const scaled = ({ low, value, high }: typeof out, by: number) => [low * by, value * by, high * by] as const;
  const inverse = ({ low, value, high }: typeof out, by: number) => [by / high, by / value, by / low] as const;
  if (term === "out_tok_s") return scaled(out, 1);
  if (term === "total_tok_s") return scaled(out, 1 + requests.inputTokens / requests.outputTokens);
  if (term.startsWith("tpot") || term.startsWith("itl")) return scaled(step, 1000);
  if (term.startsWith("ttft")) return scaled(first, 1000);
  if (term === "decode_tok_s") return inverse(step, 1);
  return inverse(first, requests.inputTokens);
}

/** One prompt alone, none of it cached. */
function promptRates({ model, cards, requests }: ServerQuestion, row: ServerRow): ServerRates {
  const alone = { ...requests, streams: 1, cachedShare: 0 };
  return serverRates(model.load, model.width, cards, alone, { spread: spreadOf(row) / 2 });
}

function groupOf(row: ServerRow): NonNullable<RowTerm["group"]> {
  return {
    kind: "server",
    backend: row.engine,
    device: `${row.count}x ${row.gpu}`,
    question: [row.model, row.quant, row.tensorParallel, row.concurrency, row.inputTokens, row.outputTokens].join("|"),
    source: row.source,
  };
}

const PATH = join(import.meta.dirname, "../../../../data/speed-folds.json");
let folds: Readonly<Record<string, Readonly<Record<string, number>>>> | undefined;

/** A row that was used is predicted without its model and format. */
function foldLog(format: string): Lookup {
  folds ??= existsSync(PATH) ? (JSON.parse(readFileSync(PATH, "utf8")).servers ?? {}) : {};
  const own = folds?.[format];
  return own === undefined ? VLLM : (name) => own[name] ?? 0;
}
