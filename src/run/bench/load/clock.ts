/** Milliseconds of the system's monotonic clock. On Linux and macOS all processes share it, so logs of two can be compared. */
export function monotonicMs(): number {
  return OFFSET_MS + performance.now();
}

const OFFSET_MS = Number(process.hrtime.bigint()) / 1e6 - performance.now();
