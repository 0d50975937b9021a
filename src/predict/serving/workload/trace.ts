import type { PlannedRequest } from "./planned.ts";

/** A trace read from text; what could not be read is counted, not hidden. */
export interface Trace {
  readonly format: "azure" | "mooncake";
  readonly requests: readonly PlannedRequest[];
  /** lines that are no request */
  readonly skipped: number;
}

/** Tokens a `hash_ids` entry of a mooncake trace stands for (Mooncake's trace release: blocks of 512). */
const MOONCAKE_BLOCK_TOKENS = 512;

/**
 * Two published forms: Azure's CSV (`TIMESTAMP,ContextTokens,GeneratedTokens`, time of day in seconds and fractions) and mooncake's
 * JSON lines (`timestamp` in ms, `input_length`, `output_length`, `hash_ids`). Undefined: neither. `scale` stretches time: 2 is half the rate.
 */
export function readTrace(text: string, scale = 1): Trace | undefined {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const head = lines[0];
  if (head === undefined) return undefined;
  const format = head.trimStart().startsWith("{") ? "mooncake" : "azure";
  const columns = format === "azure" ? azureColumns(head) : undefined;
  if (format === "azure" && columns === undefined) return undefined;
  const body = format === "azure" ? lines.slice(1) : lines;
  const read = body.map((line) => (columns === undefined ? mooncakeLine(line) : azureLine(line, columns)));
  const found = read.filter((one) => one !== undefined).sort((a, b) => a.atMs - b.atMs);
  if (format === "mooncake" && found.length === 0) return undefined;
  const startMs = found[0]?.atMs ?? 0;
  return {
    format,
    requests: found.map((one, id) => ({ ...one, id, atMs: (one.atMs - startMs) * scale })),
    skipped: read.length - found.length,
  };
}

type Line = Omit<PlannedRequest, "id">;

interface AzureColumns {
  readonly time: number;
  readonly prompt: number;
  readonly output: number;
}

function azureColumns(head: string): AzureColumns | undefined {
  const names = head.split(",").map((name) => name.trim().toLowerCase());
  const columns = {
    time: names.indexOf("timestamp"),
    prompt: names.indexOf("contexttokens"),
    output: names.indexOf("generatedtokens"),
  };
  return Object.values(columns).includes(-1) ? undefined : columns;
}

function azureLine(line: string, columns: AzureColumns): Line | undefined {
  const cells = line.split(",");
  const atMs = timeMs(cells[columns.time] ?? "");
  return atMs === undefined ? undefined : counted(atMs, Number(cells[columns.prompt]), Number(cells[columns.output]));
}

/** Milliseconds of `2023-11-16 18:15:46.6805900` from a fixed day on; zones are not looked at, since only differences matter. */
function timeMs(text: string): number | undefined {
  const match = /^\s*(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d(?:\.\d+)?)/.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number);
  return (((dayNumber(year!, month!, day!) * 24 + hour!) * 60 + minute!) * 60 + second!) * 1000;
}

/** Days since 1970-01-01 in the Gregorian calendar: Howard Hinnant's `days_from_civil`. */
function dayNumber(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

function mooncakeLine(line: string): Line | undefined {
  const value = parsed(line);
  if (typeof value !== "object" || value === null) return undefined;
  const field = (name: string): unknown => Reflect.get(value, name);
  const request = counted(Number(field("timestamp")), Number(field("input_length")), Number(field("output_length")));
  const ids = field("hash_ids");
  if (request === undefined || !Array.isArray(ids) || !ids.every((id) => typeof id === "number")) return request;
  return { ...request, blocks: { ids, tokens: MOONCAKE_BLOCK_TOKENS } };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Nothing is generated for some lines of real traces; a request asks for at least one token. */
function counted(atMs: number, promptTokens: number, outputTokens: number): Line | undefined {
  if (!Number.isFinite(atMs) || !(promptTokens >= 1) || !(outputTokens >= 0)) return undefined;
  if (!Number.isFinite(promptTokens) || !Number.isFinite(outputTokens)) return undefined;
  return { atMs, promptTokens, outputTokens: Math.max(1, outputTokens) };
}
