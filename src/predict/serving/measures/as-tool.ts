import { distributionOf } from "./distribution.ts";
import { nearestRank, percentile } from "./percentile.ts";
import { e2eMs, gapsMs, ttftMs } from "./of-request.ts";
import type { RequestRecord } from "./record.ts";

export type OtherTool = "guidellm" | "vllm" | "aiperf";
export const OTHER_TOOLS: readonly OtherTool[] = ["guidellm", "vllm", "aiperf"];

/** A row of another tool's report: its name for it, and what its formula gives on our records. */
export interface ToolRow {
  readonly name: string;
  readonly unit: "ms" | "tok/s" | "req/s" | "s" | "requests" | "tokens" | "tok/s/user";
  /** by that tool's own names for statistics: mean, median, p99 ... ; `value` where it is a single number */
  readonly values: Readonly<Record<string, number>>;
}

export interface ToolReport {
  readonly tool: OtherTool;
  readonly version: string;
  readonly rows: readonly ToolRow[];
}

/** Our records under another tool's definitions. All three leave failed requests out and count from the send. */
export function asTool(all: readonly RequestRecord[], tool: OtherTool): ToolReport {
  const records = all.filter((record) => record.outcome === "ok" && record.firstMs !== undefined);
  return { guidellm, vllm, aiperf }[tool](records);
}

/** guidellm 0.8.1, `schemas/request_stats.py`: "ITL" is a mean a request, "TPOT" contains the first token, no interpolation. */
function guidellm(records: readonly RequestRecord[]): ToolReport {
  const row = (name: string, values: readonly number[]): ToolRow => {
    const sorted = Float64Array.from(values).sort();
    const rank = (percent: number) => nearestRank(sorted, percent);
    return { name, unit: "ms", values: { mean: meanOf(values), median: rank(50), p95: rank(95), p99: rank(99) } };
  };
  const several = records.filter((record) => record.outputTokens > 1);
  return {
    tool: "guidellm",
    version: "0.8.1",
    rows: [
      row("time_to_first_token_ms", records.map(firstToken)),
      row(
        "inter_token_latency_ms",
        several.map((record) => (lastMs(record) - (record.firstMs ?? 0)) / (record.outputTokens - 1)),
      ),
      row(
        "time_per_output_token_ms",
        records.map((record) => (lastMs(record) - record.sentMs) / Math.max(1, record.outputTokens)),
      ),
      row("request_latency_ms", records.map(whole)),
      ...throughput(records, "requests_per_second", "output_tokens_per_second"),
    ],
  };
}

/** vllm bench 0.32.0, `benchmarks/serve.py`: ITL pools all gaps, TPOT leaves the first token out but runs to the end. */
function vllm(records: readonly RequestRecord[]): ToolReport {
  const row = (name: string, values: ArrayLike<number>): ToolRow => {
    const sorted = Float64Array.from(values).sort();
    const of = { mean: meanOf(values), median: percentile(sorted, 50), std: distributionOf(sorted)?.deviation ?? 0 };
    return { name, unit: "ms", values: { ...of, p99: percentile(sorted, 99) } };
  };
  // its first chunk is any chunk, one that says only the role too, and the gap after it counts
  const first = (record: RequestRecord) => (record.firstEventMs ?? record.firstMs ?? record.endMs) - record.sentMs;
  const pooledGaps = records.flatMap((record) => {
    const role = record.firstEventMs;
    const extra = role !== undefined && record.firstMs !== undefined && role < record.firstMs;
    return [...(extra ? [record.firstMs - role] : []), ...gapsMs(record)];
  });
  const several = records.filter((record) => record.outputTokens > 1);
  return {
    tool: "vllm",
    version: "0.32.0",
    rows: [
      { name: "Successful requests", unit: "requests", values: { value: records.length } },
      { name: "Benchmark duration", unit: "s", values: { value: spanMs(records) / 1000 } },
      ...throughput(records, "Request throughput", "Output token throughput"),
      row("TTFT", records.map(first)),
      row(
        "TPOT",
        several.map((record) => (whole(record) - first(record)) / (record.outputTokens - 1)),
      ),
      row("ITL", pooledGaps),
      row("E2EL", records.map(whole)),
    ],
  };
}

/** aiperf 0.13.0, `metrics/types`: ITL is a mean a request up to the end of the answer; ICL lists the gaps. */
function aiperf(records: readonly RequestRecord[]): ToolReport {
  const row = (name: string, values: ArrayLike<number>, unit: ToolRow["unit"] = "ms"): ToolRow => {
    const sorted = Float64Array.from(values).sort();
    const at = (percent: number) => percentile(sorted, percent);
    const ends = { avg: meanOf(values), min: at(0), max: at(100) };
    return { name, unit, values: { ...ends, p99: at(99), p95: at(95), p90: at(90), p50: at(50) } };
  };
  const several = records.filter((record) => record.outputTokens > 1);
  const between = several.map((record) => (lastMs(record) - (record.firstMs ?? 0)) / (record.outputTokens - 1));
  return {
    tool: "aiperf",
    version: "0.13.0",
    rows: [
      row("Time to First Token", records.map(firstToken)),
      row(
        "Time to Second Token",
        records.filter((record) => record.tokenMs.length > 1).map((record) => record.tokenMs[1]! - record.tokenMs[0]!),
      ),
      row(
        "Request Latency",
        records.map((record) => lastMs(record) - record.sentMs),
      ),
      row("Inter Token Latency", between),
      row(
        "Inter Chunk Latency",
        records.flatMap((record) => [...gapsMs(record)]),
      ),
      row(
        "Output Token Throughput Per User",
        between.map((ms) => 1000 / ms),
        "tok/s/user",
      ),
      ...throughput(records, "Request Throughput", "Output Token Throughput"),
    ],
  };
}

function throughput(records: readonly RequestRecord[], requests: string, tokens: string): ToolRow[] {
  const seconds = spanMs(records) / 1000;
  const perSec = (count: number) => ({ value: seconds > 0 ? count / seconds : 0 });
  return [
    { name: requests, unit: "req/s", values: perSec(records.length) },
    { name: tokens, unit: "tok/s", values: perSec(records.reduce((sum, record) => sum + record.outputTokens, 0)) },
  ];
}

function firstToken(record: RequestRecord): number {
  return ttftMs(record, "send") ?? 0;
}

function whole(record: RequestRecord): number {
  return e2eMs(record, "send");
}

function lastMs(record: RequestRecord): number {
  return record.tokenMs[record.tokenMs.length - 1] ?? record.endMs;
}

function spanMs(records: readonly RequestRecord[]): number {
  if (records.length === 0) return 0;
  const start = records.reduce((least, record) => Math.min(least, record.sentMs), Infinity);
  return records.reduce((most, record) => Math.max(most, record.endMs), -Infinity) - start;
}

function meanOf(values: ArrayLike<number>): number {
  return values.length === 0 ? NaN : Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}
