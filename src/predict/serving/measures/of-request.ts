import type { RequestRecord } from "./record.ts";

/** Times of one request in milliseconds. Names and definitions are those of docs/measures.md. */

export function ttftMs(record: RequestRecord, from: "send" | "schedule"): number | undefined {
  return record.firstMs === undefined ? undefined : record.firstMs - startOf(record, from);
}

export function e2eMs(record: RequestRecord, from: "send" | "schedule"): number {
  return record.endMs - startOf(record, from);
}

/** Mean time per output token after the first. Undefined below two tokens. */
export function tpotMs(record: RequestRecord): number | undefined {
  const { tokenMs, outputTokens, firstMs } = record;
  if (firstMs === undefined || outputTokens < 2 || tokenMs.length === 0) return undefined;
  return (tokenMs[tokenMs.length - 1]! - firstMs) / (outputTokens - 1);
}

/** Times between one event with text and the next. */
export function gapsMs(record: RequestRecord): Float64Array {
  const { tokenMs } = record;
  const gaps = new Float64Array(Math.max(0, tokenMs.length - 1));
  for (let index = 0; index < gaps.length; index++) gaps[index] = tokenMs[index + 1]! - tokenMs[index]!;
  return gaps;
}

/** The gaps of many requests, as one list. */
export function pooledGapsMs(records: readonly RequestRecord[]): Float64Array {
  const all = new Float64Array(records.reduce((sum, { tokenMs }) => sum + Math.max(0, tokenMs.length - 1), 0));
  let at = 0;
  for (const { tokenMs } of records)
    for (let index = 1; index < tokenMs.length; index++) all[at++] = tokenMs[index]! - tokenMs[index - 1]!;
  return all;
}

export function longestGapMs(record: RequestRecord): number | undefined {
  const gaps = gapsMs(record);
  return gaps.length === 0 ? undefined : gaps.reduce((most, gap) => Math.max(most, gap), 0);
}

function startOf(record: RequestRecord, from: "send" | "schedule"): number {
  return from === "send" ? record.sentMs : record.scheduledMs;
}
