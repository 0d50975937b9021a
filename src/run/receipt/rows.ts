import type { SQLOutputValue } from "node:sqlite";
import type { Estimate } from "../../predict/estimate/index.ts";
import type { CalibrationPoint, DatedRun, MachineCalibration } from "./calibration.ts";
import type { NewReceipt, Receipt, ReceiptRate, ReceiptTerm, ReceiptTimes } from "./receipt.ts";

export type Row = Readonly<Record<string, SQLOutputValue>>;

/** The columns of a receipt, in the order of {@link RECEIPT_COLUMNS}. */
export function receiptValues(receipt: NewReceipt, atMs: number): (string | number | null)[] {
  const { machine, engine, model, settings, goal, times, prediction, bench } = receipt;
  return [
    atMs,
    machine,
    engine.name,
    engine.version,
    engine.build,
    engine.backend,
    model.name,
    model.fileBytes,
    model.sha256 ?? null,
    model.architecture ?? null,
    model.quantization ?? null,
    goal ?? null,
    JSON.stringify(settings),
    times ? JSON.stringify(times) : null,
    prediction ? JSON.stringify(prediction) : null,
    bench ?? null,
  ];
}

export const RECEIPT_COLUMNS = [
  "at_ms",
  "machine",
  "engine",
  "engine_version",
  "engine_build",
  "backend",
  "model",
  "model_bytes",
  "model_sha256",
  "architecture",
  "quantization",
  "goal",
  "settings",
  "times",
  "prediction",
  "bench",
];

export function readReceipt(row: Row, memory: readonly ReceiptTerm[], rates: readonly ReceiptRate[]): Receipt {
  const settings = json(row["settings"], isSettings);
  if (!settings) throw new Error(`receipt ${String(row["id"])} has no settings`);
  return {
    id: number(row, "id"),
    atMs: number(row, "at_ms"),
    machine: text(row, "machine"),
    engine: {
      name: text(row, "engine"),
      version: text(row, "engine_version"),
      build: text(row, "engine_build"),
      backend: text(row, "backend"),
    },
    model: {
      name: text(row, "model"),
      fileBytes: number(row, "model_bytes"),
      ...optional("sha256", row["model_sha256"], isText),
      ...optional("architecture", row["architecture"], isText),
      ...optional("quantization", row["quantization"], isText),
    },
    settings,
    ...optional("goal", row["goal"], isText),
    memory,
    rates,
    ...optional("times", json(row["times"], isTimes), isTimes),
    ...optional("prediction", json(row["prediction"], isEstimate), isEstimate),
    ...optional("bench", row["bench"], isText),
  };
}

export function readTerm(row: Row): ReceiptTerm {
  return {
    path: text(row, "path"),
    place: text(row, "place"),
    term: text(row, "term"),
    ...optional("predictedBytes", row["predicted_bytes"], isNumber),
    ...optional("actualBytes", row["actual_bytes"], isNumber),
    ...(isNumber(row["exact"]) ? { exact: row["exact"] === 1 } : {}),
  };
}

export function readRate(row: Row): ReceiptRate {
  return {
    what: text(row, "what") === "prefill" ? "prefill" : "decode",
    ...optional("at", row["at"], isNumber),
    ...(isNumber(row["streams"]) && row["streams"] > 1 ? { streams: row["streams"] } : {}),
    ...optional("basePerSec", row["base_per_sec"], isNumber),
    ...optional("predictedPerSec", row["predicted_per_sec"], isNumber),
    ...optional("lowPerSec", row["low_per_sec"], isNumber),
    ...optional("highPerSec", row["high_per_sec"], isNumber),
    measuredPerSec: number(row, "measured_per_sec"),
    tokens: number(row, "tokens"),
  };
}

/** What a rate joined with its receipt is of, and at which length: a prompt's is its tokens, a reply's the depth it had halfway. */
export function readRunPlace(row: Row): Pick<DatedRun, "what" | "at" | "streams"> {
  const { at, streams } = row;
  const several = isNumber(streams) && streams > 1 ? { streams } : {};
  if (isNumber(at)) return { what: text(row, "what") === "prefill" ? "prefill" : "decode", at, ...several };
  if (text(row, "what") === "prefill") return { what: "prefill", at: number(row, "tokens") };
  const times = json(row["times"], isTimes);
  return { what: "decode", ...(times ? { at: times.promptTokens + times.replyTokens / 2 } : {}) };
}

export function readCalibration(row: Row): MachineCalibration {
  const points: CalibrationPoint[] = JSON.parse(text(row, "points"));
  return {
    id: number(row, "id"),
    atMs: number(row, "at_ms"),
    machine: text(row, "machine"),
    engine: text(row, "engine"),
    backend: text(row, "backend"),
    model: { name: text(row, "model"), fileBytes: number(row, "model_bytes") },
    threads: number(row, "threads"),
    ...optional("bandwidthBytesPerSec", row["bandwidth_per_sec"], isNumber),
    points,
  };
}

function text(row: Row, column: string): string {
  const value = row[column];
  if (!isText(value)) throw new Error(`column ${column} holds no text`);
  return value;
}

function number(row: Row, column: string): number {
  const value = row[column];
  if (!isNumber(value)) throw new Error(`column ${column} holds no number`);
  return value;
}

/** A property that is left out where the column is empty. */
function optional<Key extends string, Value>(
  key: Key,
  value: unknown,
  is: (value: unknown) => value is Value,
): { readonly [K in Key]?: Value } {
  const property: { [K in Key]?: Value } = {};
  if (is(value)) property[key] = value;
  return property;
}

function json<Value>(column: SQLOutputValue | undefined, is: (value: unknown) => value is Value): Value | undefined {
  if (!isText(column)) return undefined;
  const value: unknown = JSON.parse(column);
  return is(value) ? value : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}

function isSettings(value: unknown): value is Receipt["settings"] {
  return typeof value === "object" && value !== null && "context" in value && typeof value.context === "number";
}

function isTimes(value: unknown): value is ReceiptTimes {
  return typeof value === "object" && value !== null && "loadMs" in value && typeof value.loadMs === "number";
}

function isEstimate(value: unknown): value is Estimate {
  return (
    typeof value === "object" && value !== null && "key" in value && "value" in value && typeof value.value === "number"
  );
}
