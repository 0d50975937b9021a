import {
  LLAMACPP_BUILDS,
  llamaCppBuild,
  ollamaEra,
  readPastedLog,
  type FoundBuild,
  type PastedLog,
} from "../../facts/runtime/index.ts";
import { adviseFromLog, type LogAdvice } from "./advice.ts";
import type { Catalog } from "./catalog-match.ts";
import { Fields } from "./fields.ts";
import { byNumber, devicesLost, linesOf, lostLine, rearranges } from "./lines.ts";
import { rowOfLog, type LogRow } from "./log-row.ts";
import { ownTerms } from "./ollama-own.ts";
import { scoreLogRow, type KnownOfRow, type RowFigure } from "./row/score.ts";

/** One printed figure beside what is predicted for it. */
export interface ReconciledTerm {
  /** as `npm run accuracy` names it: "kv", "compute_gpu[0]", "model_host" */
  readonly term: string;
  /** the same in words */
  readonly what: string;
  readonly printedBytes: number;
  /** the lines it is the sum of, where it is one: the engine's label and the MiB it printed */
  readonly lines?: Readonly<Record<string, number>>;
  /** nearer is not known: half of the last digit of each line that it is the sum of */
  readonly precisionBytes: number;
  readonly predictedBytes?: number;
  /** predicted minus printed; 0 where they agree at the digits printed */
  readonly residualBytes?: number;
  /** why nothing is predicted */
  readonly missing?: string;
}

export interface Reconciled {
  readonly log: PastedLog;
  /** with no names in it; a row of the accuracy data as it stands */
  readonly row: LogRow;
  readonly terms: readonly ReconciledTerm[];
  /** what the log does not say, and the line that would */
  readonly missing: readonly string[];
  /** the build predicted for, and how it is known */
  readonly build: { readonly label: string; readonly because: string } | undefined;
  readonly advice: readonly LogAdvice[];
}

/** Reads a start-up log and sets a prediction beside every figure in it. `known`: what the
 * person says beside it. */
export function reconcileLog(text: string, catalog: Catalog, known: KnownOfRow = {}): Reconciled {
  const { build, model } = known;
  const log = readPastedLog(text);
  const row = rowOfLog(log);
  if (log.own !== undefined) {
    const terms = ownTerms(log.own, catalog, model);
    const engine = { label: "the engine of its own that Ollama had until 0.30", because: "by the lines it prints" };
    return { log, row, terms, missing: [], build: engine, advice: adviseFromLog(log, row) };
  }
  const builds = build === undefined ? candidates(log) : [build];
  const scored = builds.map((each) => scoreLogRow(catalog, namedRow(log, row), { build: each, model }));
  const figures = scored.length > 0 ? agreeing(scored, builds) : scoreLogRow(catalog, namedRow(log, row), { model });
  return {
    log,
    row: { ...row, date: row.build === null && builds.length === 1 ? builds[0]!.build.since : null },
    terms: figures
      // what caches come to in all is taken from the line that says so, never added up
      .filter(({ term }) => term !== "kv" || row.measured.kv_total_MiB !== null)
      .map((figure) => termOf(byNumber(figure, row), row, inTheWay(log, row, model !== undefined))),
    missing: notSaid(log, row),
    build: said(log, builds, build !== undefined),
    advice: adviseFromLog(log, row),
  };
}

/** The name helps to tell the model; it is not kept. */
function namedRow({ model }: PastedLog, row: LogRow): Fields {
  return new Fields({ ...row, model: { ...row.model, name: model.words["general.name"] ?? null } });
}

/** Builds that print such lines: one by its number, else all that the lines leave possible. */
function candidates({ build, since, until, program, version }: PastedLog): FoundBuild[] {
  const ollama = program === "ollama" && version !== undefined ? ollamaEra(version) : undefined;
  if (ollama?.standing === "known") return [llamaCppBuild(ollama.era.build)!];
  const number = /^\d+/.exec(build ?? "")?.[0];
  const named = number === undefined ? undefined : llamaCppBuild(`b${number}`);
  if (named !== undefined) return [named];
  if (since === undefined && until === undefined) return [];
  return LLAMACPP_BUILDS.filter((each, index) => {
    const next = LLAMACPP_BUILDS[index + 1]?.since;
    const ended = since !== undefined && next !== undefined && next <= since;
    return !ended && (until === undefined || each.since <= until);
  }).map((each) => ({ build: each, standing: "known" as const }));
}

/** Figures that every build which may have printed the log gives alike; where they differ, nothing is predicted. */
function agreeing(scored: readonly (readonly RowFigure[])[], builds: readonly FoundBuild[]): readonly RowFigure[] {
  const [first, ...others] = scored;
  return first!.map((figure, index) => {
    const rest = others.map((each) => each[index]!);
    if (rest.every(({ predicted }) => predicted === figure.predicted)) return figure;
    const ids = builds.map(({ build }) => build.id).join(", ");
    return { ...figure, predicted: null, refused: `the build is not printed, and those it may be differ (${ids})` };
  });
}

function said(log: PastedLog, builds: readonly FoundBuild[], typed: boolean): Reconciled["build"] {
  if (builds.length === 0) return undefined;
  const label = builds.map(({ build }) => build.label).join(" or ");
  if (typed) return { label, because: "as you say" };
  return { label, because: log.build === undefined ? "by the lines it prints" : `build ${log.build}` };
}

function termOf(
  { term, truth, precision, predicted, refused }: RowFigure,
  row: LogRow,
  lostOf: (term: string) => string | undefined,
): ReconciledTerm {
  const lines = linesOf(term, row);
  const base = {
    term,
    what: wordsOf(term, row),
    printedBytes: truth,
    ...(lines === undefined ? {} : { lines }),
    precisionBytes: Math.round(precision),
  };
  const lost = lostOf(term);
  if (lost !== undefined) return { ...base, missing: lost };
  if (predicted === null) return { ...base, missing: refused ?? "nothing here predicts it" };
  const agrees = Math.abs(predicted - truth) <= precision;
  if (term === "model_host" && !agrees && predicted > truth && !rearranges(row))
    return { ...base, missing: "whether weights were rearranged for the processor is not printed" };
  return { ...base, predictedBytes: predicted, residualBytes: agrees ? 0 : predicted - truth };
}

/** Why a term of this log cannot be compared, beyond what stands in the way of a prediction. */
function inTheWay(log: PastedLog, row: LogRow, exactFile: boolean): (term: string) => string | undefined {
  const devices = devicesLost(log, row);
  const sequences = ONE_STREAM > (log.until ?? "9") ? undefined : sequencesUnknown(row);
  return (term) => {
    if (!term.startsWith("model") && sequences !== undefined) return sequences;
    return lostLine(term, row, exactFile) ?? (ABOUT_ALL.has(term) ? undefined : devices);
  };
}

/** Until this day all sequences shared one cache, whose size they did not change. */
const ONE_STREAM = "2025-07-03";

function sequencesUnknown({ settings }: LogRow): string | undefined {
  const sequences = settings["n_seq_max"];
  if (sequences === null) return "not printed: n_seq_max";
  const shared = settings["kv_unified"] ?? settings["n_ctx_per_seq"];
  return sequences !== 1 && shared === null ? "not printed: kv_unified" : undefined;
}

/** Terms that are the same wherever layers lie. */
const ABOUT_ALL: ReadonlySet<string> = new Set(["kv", "kv_window", "recurrent", "output"]);

const WORDS: Readonly<Record<string, string>> = {
  kv: "KV cache",
  kv_window: "KV cache of windows",
  recurrent: "recurrent state",
  output: "logits",
  compute: "compute",
  host: "compute, host",
  model_host: "weights, host",
  kv_gpu: "KV cache",
  compute_gpu: "compute",
  model_gpu: "weights",
};

function wordsOf(term: string, row: LogRow): string {
  const [, kind = term, index] = /^(\w+?)(?:\[(\d+)\])?$/.exec(term) ?? [];
  const words = WORDS[kind] ?? kind;
  if (kind === "compute" && row.backend !== "CPU") return "compute, devices";
  return index === undefined ? words : `${words}, ${row.backend}${index}`;
}

/** What a prediction needs, the key of the row that has it, and the line that says it. */
const NEEDED: readonly (readonly [group: "model" | "settings" | "measured", key: string, line: string])[] = [
  ["model", "arch", "architecture (print_info: arch)"],
  ["model", "n_layer", "layers (print_info: n_layer)"],
  ["model", "n_embd", "width (print_info: n_embd)"],
  ["model", "n_head", "heads (print_info: n_head)"],
  ["model", "n_head_kv", "heads of the cache (print_info: n_head_kv)"],
  ["model", "head_k", "size of a head (print_info: n_embd_head_k)"],
  ["model", "n_vocab", "vocabulary (print_info: n_vocab)"],
  ["model", "file_type", "file type (print_info: file type)"],
  ["settings", "n_ctx", "context (llama_context: n_ctx)"],
  ["settings", "n_seq_max", "sequences (llama_context: n_seq_max)"],
  ["settings", "n_ubatch", "micro-batch (llama_context: n_ubatch)"],
  ["settings", "flash_attn", "flash attention (llama_context: flash_attn)"],
  ["settings", "type_k", "type of the KV cache (llama_kv_cache: size = ...)"],
  ["measured", "model_buffers_MiB", "weights (load_tensors: ... model buffer size)"],
  ["measured", "kv_total_MiB", "KV cache (llama_kv_cache: size = ..., with all its buffers)"],
  ["measured", "compute_buffers_MiB", "compute (sched_reserve: ... compute buffer size)"],
];

function notSaid(log: PastedLog, row: LogRow): string[] {
  const absent = NEEDED.filter(([group, key]) => {
    const fields: Readonly<Record<string, unknown>> = { ...row[group] };
    return fields[key] === null;
  }).map(([, , line]) => line);
  // one figure for two kinds of layer stands in two lines, each known by itself
  return log.engine.missing === undefined ? absent : [log.engine.missing];
}
