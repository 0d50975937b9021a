/** A row of server-speed*.jsonl, as far as predictions use it. Undefined: not stated. */
export interface ServerRow {
  readonly source: string;
  readonly engine: string;
  readonly model: string;
  readonly quant: string;
  readonly gpu: string;
  readonly count: number;
  readonly tensorParallel: number;
  readonly pipelineParallel: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly concurrency?: number;
  readonly requestRate?: number;
  readonly speculative: boolean;
  /** how it guesses, as far as the row says */
  readonly guesses: Guesses;
  readonly powerLimitWatts?: number;
  readonly cacheType?: string;
  readonly notes: string;
  /** what was measured, by the field's name */
  readonly measured: Readonly<Record<string, number>>;
}

export interface Guesses {
  readonly method: string;
  readonly draft?: string;
  readonly draftTokens?: number;
  readonly acceptedShare?: number;
}

/** Fields that are predicted. */
export const MEASURES = [
  "out_tok_s",
  "total_tok_s",
  "ttft_mean_ms",
  "ttft_p50_ms",
  "tpot_mean_ms",
  "tpot_p50_ms",
  "itl_mean_ms",
  "itl_p50_ms",
  "decode_tok_s",
  "prefill_tok_s",
] as const;

/** of streams, cards and tokens: more is damage */
const MOST = 2 ** 24;

export function serverRow(raw: Readonly<Record<string, unknown>>): ServerRow {
  const number = (key: string): number | undefined => {
    const value = raw[key];
    return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : undefined;
  };
  const text = (key: string): string => {
    const value = raw[key];
    return typeof value === "string" ? value : "";
  };
  const optional = (name: string, value: number | undefined) => (value === undefined ? {} : { [name]: value });
  const whole = (key: string): number | undefined => {
    const value = number(key);
    return value === undefined ? undefined : Math.min(MOST, Math.max(1, Math.round(value)));
  };
  const count = whole("count") ?? 1;
  const measured: Record<string, number> = {};
  for (const field of MEASURES) {
    const value = number(field);
    if (value !== undefined) measured[field] = value;
  }
  return {
    source: text("source"),
    engine: text("engine"),
    model: text("model"),
    quant: text("quant"),
    gpu: text("gpu"),
    count,
    tensorParallel: whole("tp") ?? count,
    pipelineParallel: whole("pp") ?? 1,
    ...optional("inputTokens", whole("input_len") ?? whole("mean_input_tokens")),
    ...optional("outputTokens", whole("output_len") ?? whole("mean_output_tokens")),
    ...optional("concurrency", whole("concurrency")),
    ...optional("requestRate", number("request_rate")),
    ...optional("powerLimitWatts", number("power_limit_w")),
    ...(text("kv_cache_dtype") === "" ? {} : { cacheType: text("kv_cache_dtype") }),
    speculative: text("spec_decode") !== "" && text("spec_decode") !== "no",
    guesses: guessesIn(text("spec_decode")),
    notes: text("notes"),
    measured,
  };
}

/** A method's name, or a record of it: {"method": "ngram", "k": 4, "acceptance": 0.5}. */
function guessesIn(said: string): Guesses {
  if (!said.startsWith("{")) return { method: said };
  let record: Readonly<Record<string, unknown>>;
  try {
    record = JSON.parse(said);
  } catch {
    return { method: said };
  }
  const { method, draft_ref: draft, k, acceptance } = record;
  const share = (value: unknown): value is number => typeof value === "number" && value >= 0 && value <= 1;
  return {
    method: typeof method === "string" ? method : "",
    ...(typeof draft === "string" && { draft }),
    ...(typeof k === "number" && k >= 1 && { draftTokens: Math.min(MOST_GUESSES, Math.round(k)) }),
    ...(share(acceptance) && { acceptedShare: acceptance }),
  };
}

const MOST_GUESSES = 64;
