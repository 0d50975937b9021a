/** How far a download is. */
export interface Progress {
  /** bytes that are there, those of an earlier run included */
  readonly bytes: number;
  readonly totalBytes: number;
  /** over the last seconds; undefined until there is something to divide */
  readonly bytesPerSec?: number;
  /** at that rate */
  readonly remainingMs?: number;
}

export type OnProgress = (progress: Progress) => void;

/** The rate looks back this far: long enough to be calm, short enough to show a stall. */
const WINDOW_MS = 5_000;
/** Reports closer than this are left out; the last one never is. */
const REPORT_MS = 100;

/** Turns byte counts into progress reports. `now` is a clock in milliseconds. */
export function progressMeter(totalBytes: number, onProgress: OnProgress | undefined, now: () => number) {
  const marks: { atMs: number; bytes: number }[] = [];
  let reportedMs = -Infinity;
  return (counted: number): void => {
    if (onProgress === undefined) return;
    const bytes = Math.min(counted, totalBytes);
    const atMs = now();
    if (atMs - reportedMs < REPORT_MS && bytes < totalBytes) return;
    reportedMs = atMs;
    marks.push({ atMs, bytes });
    while (marks.length > 2 && atMs - marks[0]!.atMs > WINDOW_MS) marks.shift();
    const first = marks[0]!;
    const bytesPerSec = atMs > first.atMs ? ((bytes - first.bytes) / (atMs - first.atMs)) * 1000 : undefined;
    if (bytesPerSec === undefined || bytesPerSec <= 0) return onProgress({ bytes, totalBytes });
    onProgress({ bytes, totalBytes, bytesPerSec, remainingMs: ((totalBytes - bytes) / bytesPerSec) * 1000 });
  };
}
