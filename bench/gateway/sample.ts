// From times of a client and the log of the server it reached to what the way between them did.
import type { StreamTimes } from "./client.ts";
import type { NullRecord } from "./null-server.ts";

/** One round on one path. */
export interface Sample {
  /** by request: from sending to the first byte, less what the server itself took for it; milliseconds */
  readonly firstMs: readonly number[];
  readonly tokens: number;
  /** tokens read together with the one before, though they were sent well apart */
  readonly merged: number;
  /** tokens that came after the next one had been sent */
  readonly late: number;
  /** of the process in the middle, for all of the round's tokens */
  readonly cpuUs: number;
}

/** Sent further apart than this and read in one: something held the first one back. */
const APART_MS = 25;

export function sampleOf(
  times: readonly StreamTimes[],
  log: Readonly<Record<string, NullRecord>>,
  cpuUs: number,
): Sample {
  const firstMs: number[] = [];
  let tokens = 0;
  let merged = 0;
  let late = 0;
  for (const { id, sentMs, firstByteMs, tokenMs } of times) {
    const truth = log[id];
    if (!truth) throw new Error(`the null server knows nothing of ${id}`);
    firstMs.push(firstByteMs - sentMs - (truth.sentMs[0]! - truth.receivedMs));
    tokens += tokenMs.length;
    for (let token = 1; token < tokenMs.length; token++) {
      const apart = truth.sentMs[token]! - truth.sentMs[token - 1]! > APART_MS;
      if (apart && tokenMs[token] === tokenMs[token - 1]) merged++;
      if (apart && tokenMs[token - 1]! > truth.sentMs[token]!) late++;
    }
  }
  return { firstMs, tokens, merged, late, cpuUs };
}

/** @param part 0 to 1; the value at that rank, not interpolated */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

export function judge(what: string, value: number, most: number): void {
  const holds = value <= most;
  console.log(`  ${what}: ${value.toFixed(2)}, at most ${most.toFixed(2)}: ${holds ? "holds" : "MISSED"}`);
  if (!holds) process.exitCode = 1;
}
