import type { FitCase } from "../accuracy/speed/fit-case.ts";

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? NaN : sorted[Math.min(sorted.length - 1, Math.floor(sorted.length / 2))]!;
}

/** Medians of |predicted / measured - 1|, over rows and over devices' medians. */
export interface Score {
  readonly rows: number;
  readonly devices: number;
  readonly rowMedian: number;
  readonly deviceMedian: number;
  readonly bias: number;
}

export function score(cases: readonly FitCase[], rates: readonly number[]): Score {
  const byDevice = new Map<string, number[]>();
  const errors = cases.map(({ device, tokensPerSec }, at) => {
    const error = Math.abs(rates[at]! / tokensPerSec - 1);
    byDevice.set(device, [...(byDevice.get(device) ?? []), error]);
    return error;
  });
  return {
    rows: cases.length,
    devices: byDevice.size,
    rowMedian: median(errors),
    deviceMedian: median([...byDevice.values()].map(median)),
    bias: median(cases.map(({ tokensPerSec }, at) => Math.log(rates[at]! / tokensPerSec))),
  };
}
