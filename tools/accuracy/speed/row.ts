/** A row of llamacpp-speed*.jsonl, as far as predictions use it. Undefined: not stated. */
export interface SpeedRow {
  readonly source: string;
  readonly date?: string;
  readonly build?: string;
  readonly model: string;
  readonly quant?: string;
  readonly arch?: string;
  readonly sizeGiB?: number;
  readonly parametersB?: number;
  readonly backend: string;
  readonly device: string;
  readonly deviceCount: number;
  readonly ngl?: number;
  readonly expertLayersOnCpu: number;
  readonly flashAttention?: boolean;
  readonly batch?: number;
  readonly microBatch?: number;
  readonly typeK?: string;
  readonly typeV?: string;
  readonly threads?: number;
  readonly streams: number;
  readonly test: string;
  readonly depth: number;
  readonly tokensPerSec: number;
  readonly powerLimitWatts?: number;
  readonly notes: string;
  readonly splitMode?: string;
}

type Raw = Readonly<Record<string, unknown>>;

/** Reads a row; fields of another kind than the format's count as not stated. */
export function speedRow(raw: Raw): SpeedRow {
  const text = (key: string): string | undefined => {
    const value = raw[key];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const number = (key: string): number | undefined => {
    const value = raw[key];
    return typeof value === "number" && Number.isFinite(value) && value >= 0 && value < 2 ** 40 ? value : undefined;
  };
  const fa = raw.fa;
  return stated<SpeedRow>({
    source: text("source") ?? "",
    date: text("date"),
    build: text("build"),
    model: text("model") ?? "",
    quant: text("quant"),
    arch: text("arch"),
    sizeGiB: number("size_GiB"),
    parametersB: number("params_B"),
    backend: text("backend") ?? "",
    device: text("device") ?? "",
    deviceCount: Math.min(64, Math.max(1, Math.round(number("device_count") ?? 1))),
    ngl: number("ngl"),
    expertLayersOnCpu: number("n_cpu_moe") ?? 0,
    flashAttention: fa === true || fa === 1 ? true : fa === false || fa === 0 ? false : undefined,
    batch: number("n_batch"),
    microBatch: number("n_ubatch"),
    typeK: text("type_k"),
    typeV: text("type_v"),
    threads: number("threads"),
    streams: Math.min(1024, Math.max(1, Math.round(number("batch") ?? 1))),
    test: text("test") ?? "",
    depth: number("depth") ?? 0,
    tokensPerSec: number("tps") ?? 0,
    powerLimitWatts: number("power_limit_w"),
    notes: text("notes") ?? "",
    splitMode: text("split_mode"),
  });
}

function stated<T extends object>(value: { readonly [K in keyof T]: T[K] | undefined }): T;
function stated(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined));
}

const ANSWERS = new Set(["tps", "stddev", "avg_power_w"]);

/** What a row asks, without what was measured: rows that ask the same are the same to a fit. */
export function questionKey(raw: Raw): string {
  const asked = Object.keys(raw)
    .filter((key) => !ANSWERS.has(key))
    .sort()
    .map((key) => `${key}=${String(raw[key])}`)
    .join("|");
  // FNV-1a, twice with different starts
  let [a, b] = [0x811c9dc5, 0x01000193];
  for (let at = 0; at < asked.length; at++) {
    const code = asked.charCodeAt(at);
    a = Math.imul(a ^ code, 0x01000193) >>> 0;
    b = Math.imul(b ^ code, 0x85ebca6b) >>> 0;
  }
  return a.toString(36) + b.toString(36);
}
